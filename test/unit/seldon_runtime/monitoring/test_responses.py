"""Every HTTP response is counted by its route, its method and its code, and costs no memory for each path."""

import dataclasses
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families as read_text
from seldon_component.errors import BadPayload
from seldon_component.payload import Payload
from seldon_runtime.errors import TooManyBodyBytes, TooManyConnections, overloaded
from seldon_runtime.http_server.protocol import HttpRequest
from seldon_runtime.metrics import Metrics
from seldon_runtime.monitoring.responses import rebinned
from seldon_runtime.monitoring.views import EXECUTOR_BUCKETS
from seldon_runtime.operations.telemetry import Telemetry
from seldon_runtime.rest import openapi
from seldon_runtime.rest.factory import create_application
from seldon_runtime.rest.route_names import RouteNames
from seldon_runtime.rest.routes import PATHS
from support.http_client import client
from support.stub_model import StubModel, settings


def served(metrics, name="seldon_api_server_requests_total"):
    """{(route, method, code): count}"""
    return {(sample.labels["route"], sample.labels["method"], sample.labels["code"]): sample.value
            for family in read_text(metrics.expose("")[0].decode()) for sample in family.samples if sample.name == name}


def request(metrics, method, path, **more):
    answers = {"predict": Payload("strData", "x"), "health_status": Payload("strData", "fine")}
    return client(StubModel(answers), settings(), metrics).open(path, method=method, **more).status_code


@pytest.mark.parametrize(
    ("method", "path", "code", "route"),
    [
        ("POST", "/predict", 200, "/predict"),
        ("POST", "/predict/", 200, "/predict"),
        ("POST", "/seldon/shop/iris/api/v1.0/predictions", 200, "/api/v1.0/predictions"),
        ("POST", "/route", 501, "/route"),
        ("DELETE", "/predict", 405, "/predict"),
        ("GET", "/no/such/path", 404, "other"),
        ("POST", "/v2/models/Iris/infer", 400, "/v2/models/{name}/infer"),
        ("GET", "/v2/models/Iris/versions/1/ready", 404, "/v2/models/{name}/versions/{version}/ready"),
        ("GET", "/v2", 200, "/v2"),
        ("GET", "/v2/nothing", 404, "other"),
        ("POST", "/v2/repository/models/Iris/load", 200, "/v2/repository/models/{name}/load"),
        ("GET", "/v1/models", 200, "/v1/models"),
        ("POST", "/v1/models/Iris:predict", 400, "/v1/models/{name}:predict"),
        ("GET", "/v1/nothing", 404, "other"),
        ("GET", "/metadata", 200, "/metadata"),
        ("GET", "/", 200, "/"),
    ],
)
def test_a_response_counts_under_the_template_of_its_route(metrics, method, path, code, route):
    more = {"json": {"strData": "x"}} if method == "POST" and not path.startswith("/v") else {}
    for number in (1, 2):
        assert request(metrics, method, path, **more) == code
        assert served(metrics) == {(route, method, str(code)): number}
    assert served(metrics, "seldon_api_server_requests_seconds_count") == served(metrics)


def test_a_body_that_is_no_message_is_counted(metrics):
    assert request(metrics, "POST", "/predict", data=b"{") == 400
    assert served(metrics) == {("/predict", "POST", "400"): 1}


@pytest.mark.parametrize("path", ["/live", "/ready", "/health/ping", "/metrics", "/prometheus", "/v2/health/ready"])
def test_probes_and_scrapes_are_not_counted(metrics, path):
    assert request(metrics, "GET", path) == 200
    assert served(metrics) == {}


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (BadPayload("no", 408), "408", None),
        (BadPayload("no", 431), "431", None),
        (TooManyConnections("no"), "503", "max_connections"),
        (TooManyBodyBytes("no"), "503", "memory"),
        (overloaded(3), "503", "max_waiting"),
    ],
)
def test_what_the_server_refuses_before_it_is_read_is_counted(metrics, error, code, reason):
    application = create_application(StubModel(), settings(), Telemetry(settings(), metrics))
    application.respond_error(HttpRequest("POST", "/predict"), lambda *_: None, error)
    application.respond_error(HttpRequest("", ""), lambda *_: None, error)
    assert served(metrics) == {("/predict", "POST", code): 1, ("other", "unread", code): 1}
    assert {key: value for key, value in drops(metrics).items() if value} == ({reason: 2} if reason else {})


def drops(metrics):
    return {sample.labels["reason"]: sample.value for family in read_text(metrics.expose("")[0].decode())
            for sample in family.samples if sample.name == "seldon_api_server_requests_dropped_total"}


def test_every_reason_is_there_from_the_start(metrics):
    assert set(drops(metrics).values()) == {0}
    assert {"max_waiting", "max_connections", "memory", "timeout", "cancelled", "unavailable", "left"} == set(drops(metrics))


def test_paths_and_methods_without_end_make_few_series_and_fill_no_memory(metrics):
    counts = metrics.responses("REST", RouteNames(settings(), ()))
    for number in range(2000):
        counts.add(f"/no/path/{number}", "GET", 404, 0.0)
        counts.add(f"/v2/models/m{number}/infer", f"M{number}", 404, 0.0)
    assert served(metrics) == {("other", "GET", "404"): 2000, ("/v2/models/{name}/infer", "other", "404"): 2000}
    assert len(counts.cells.by_path) <= 256


def test_a_path_of_a_protocol_that_is_not_served_has_no_route():
    serving = dataclasses.replace(settings().serving, protocols=("v2",))
    names = RouteNames(settings(serving=serving), ())
    assert (names("/predict"), names("/v1/models"), names("/v2/models")) == ("other", "other", "/v2/models")


def test_every_path_of_the_descriptions_has_a_route_or_is_a_probe():
    names = RouteNames(settings(), create_application(StubModel(), settings()).urgent_paths)
    paths = [*openapi.SERVER_PATHS, *(path for paths in PATHS.values() for path in paths)]
    assert {path: names(path) for path in paths if names(path) not in (path, None)} == {}


def test_times_for_other_bounds_are_the_same_counts():
    fine = (0.1, 0.2, 0.3, 0.4)
    assert rebinned([9.0, 1, 2, 3, 4, 5], fine, (0.2, 0.4)) == [9.0, 3, 7, 5]


def executor(metrics, name):
    """{(service, method, code): count}; `code` and `status` are the same."""
    found = {}
    for family in read_text(metrics.expose("")[0].decode()):
        for sample in family.samples:
            if sample.name == f"seldon_api_executor_{name}_requests_seconds_count":
                assert sample.labels["code"] == sample.labels["status"]
                found[sample.labels["service"], sample.labels["method"], sample.labels["code"]] = sample.value
    return found


@pytest.fixture
def with_executor_names():
    return Metrics(settings(metrics=dataclasses.replace(settings().metrics, executor_names=True)))


def test_the_executors_names_are_shown_on_request_only(metrics, with_executor_names):
    message = {"json": {"strData": "x"}}
    for one in (metrics, with_executor_names):
        for path in ("/predict", "/api/v1.0/predictions", "/send-feedback", "/nothing"):
            request(one, "POST", path, **message)
        request(one, "GET", "/metadata")
        grpc = one.responses("GRPC", lambda path: path)
        grpc.add("/seldon.protos.Model/Predict", "unary", "OK", 0.01)
        grpc.add("/seldon.protos.Seldon/Predict", "unary", "RESOURCE_EXHAUSTED", 0.01)
    assert executor(metrics, "server") == executor(metrics, "client") == {}
    assert executor(with_executor_names, "server") == {
        ("predictions", "post", "200"): 2, ("feedback", "post", "501"): 1, ("metadata", "get", "200"): 1,
        ("/seldon.protos.Seldon/Predict", "unary", "OK"): 1, ("/seldon.protos.Seldon/Predict", "unary", "ResourceExhausted"): 1}
    assert executor(with_executor_names, "client") == {
        ("/predict", "post", "200"): 2, ("/send-feedback", "post", "501"): 1, ("/metadata", "get", "200"): 1,
        ("/seldon.protos.Model/Predict", "unary", "OK"): 1, ("/seldon.protos.Model/Predict", "unary", "ResourceExhausted"): 1}


def test_the_executors_histograms_have_its_buckets_and_labels():
    unit = dataclasses.replace(settings().unit, deployment_id="shop", predictor_id="main", predictor_labels={"version": "v1"},
                               image="iris:1", unit_id="classifier")
    metrics = Metrics(settings(unit=unit, metrics=dataclasses.replace(settings().metrics, executor_names=True)))
    request(metrics, "POST", "/predict", json={"strData": "x"})
    text = metrics.expose("")[0].decode()
    bounds = re.findall(r'seldon_api_executor_client_requests_seconds_bucket{.*le="([^"]+)"', text)
    assert bounds == [*map(str, EXECUTOR_BUCKETS), "+Inf"]
    labels = {name: set(re.findall(r'(\w+)="', re.findall(rf"seldon_api_executor_{name}_requests_seconds_count{{(.*)}}", text)[0]))
              for name in ("server", "client")}
    assert labels["server"] == {"deployment_name", "predictor_name", "predictor_version", "service", "method", "code", "status"}
    assert labels["client"] == {*labels["server"], "model_name", "model_image", "model_version"}
