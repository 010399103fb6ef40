"""seldon_runtime.metrics: the server's own ones, their labels, and the formats that Prometheus reads."""

import dataclasses
import subprocess
import sys
import threading

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from seldon_runtime.config.settings import UnitSettings
from seldon_runtime.metrics import Metrics
from seldon_runtime.model.metered import MeteredModel
from support.exposition import OPENMETRICS, exposed, one, record
from support.stub_model import StubModel, settings


def test_the_time_of_a_call_names_its_trace_in_openmetrics(metrics):
    metrics.record_call("predict", "SUCCESS", 0.002, "4bf92f3577b34da6a3ce929d0e0e4736")
    metrics.record_call("predict", "SUCCESS", 0.02)
    found = {family.name: family for family in read_openmetrics(metrics.expose(OPENMETRICS)[0].decode())}
    exemplars = {sample.labels["le"]: sample.exemplar for sample in found["seldon_api_model_requests_seconds"].samples
                 if sample.exemplar}
    assert list(exemplars) == ["0.0025"]
    assert exemplars["0.0025"].labels == {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}
    assert exemplars["0.0025"].value == 0.002


def test_the_bounds_of_histograms_can_be_chosen():
    metrics = Metrics(settings(metrics=dataclasses.replace(settings().metrics, buckets=(0.1, 0.2))))
    metrics.record_call("predict", "SUCCESS", 0.15)
    record(metrics, key="nap", type="TIMER", value=150)
    counts = metrics.responses("REST", lambda path: path)
    counts.add("/predict", "POST", 200, 0.15)
    labels = {"api": "REST", "route": "/predict", "method": "POST", "code": "200"}
    for name, more in (("nap", {"method": "predict"}), ("seldon_api_model_requests_seconds", {"method": "predict"}),
                       ("seldon_api_server_requests_seconds", labels)):
        assert [one(metrics, f"{name}_bucket", le=le, **more) for le in ("0.1", "0.2", "+Inf")] == [0, 1, 1]


def test_many_threads_lose_no_count(metrics):
    counts = metrics.responses("REST", lambda path: path)

    def work():
        for _ in range(500):
            counts.add("/predict", "POST", 200, 0.001)
            metrics.record_call("predict", "SUCCESS", 0.001)
            record(metrics, key="k", value=1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert one(metrics, "seldon_api_model_requests_total", method="predict", status="SUCCESS") == 4000
    assert one(metrics, "k_total", method="predict") == 4000
    labels = {"api": "REST", "route": "/predict", "method": "POST", "code": "200"}
    assert one(metrics, "seldon_api_server_requests_total", **labels) == 4000


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("iris:1.2", {"model_image": "iris", "model_version": "1.2"}),
        ("host:5000/flowers/iris:1.2", {"model_image": "host:5000/flowers/iris", "model_version": "1.2"}),
        ("host:5000/flowers/iris", {"model_image": "host:5000/flowers/iris"}),
        ("iris", {"model_image": "iris"}),
    ],
)
def test_the_labels_are_those_of_seldon_core_1(image, found):
    metrics = Metrics(
        settings(
            unit=UnitSettings(
                deployment_id="shop",
                predictor_id="main",
                predictor_labels={"version": "v2"},
                unit_id="classifier",
                image=image,
            )
        )
    )
    (labels,) = exposed(metrics)["seldon_api_model_feedback_total"]
    assert dict(labels) == {
        "deployment_name": "shop",
        "predictor_name": "main",
        "predictor_version": "v2",
        "model_name": "classifier",
        **found,
    }


def test_openmetrics_is_sent_if_it_is_requested(metrics):
    MeteredModel(StubModel(), metrics)
    record(metrics, key="nap", type="TIMER", value=5, tags={"a": 'quote " and \\ and\nnewline'})
    body, content_type = metrics.expose(OPENMETRICS)
    assert content_type.startswith("application/openmetrics-text")
    assert "nap" in [family.name for family in read_openmetrics(body.decode())]
    assert metrics.expose("text/plain")[1].startswith("text/plain")


def test_the_server_starts_without_importing_prometheus():
    code = "import sys, seldon_runtime.supervisor, seldon_runtime.rest.own_paths; print('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
