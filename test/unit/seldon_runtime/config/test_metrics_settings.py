"""seldon_runtime.config.metrics: which port the metrics have, and that each listener has one of its own."""

import pytest
from seldon_runtime.config.environment import read_settings
from seldon_runtime.errors import BadSetting


def read(folder, monkeypatch, text="", **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (folder / "annotations").write_text(text)
    return read_settings(["M"], folder, folder / "annotations").metrics


@pytest.mark.parametrize(
    ("variables", "port", "is_given"),
    [
        ({}, None, False),
        ({"API_TYPE": "REST,GRPC"}, None, False),
        ({"API_TYPE": "GRPC"}, 6000, False),
        ({"API_TYPE": "GRPC", "PREDICTIVE_UNIT_SERVICE_PORT": "6000"}, None, False),
        ({"API_TYPE": "GRPC", "PREDICTIVE_UNIT_METRICS_SERVICE_PORT": "6001"}, 6001, True),
        ({"PREDICTIVE_UNIT_METRICS_SERVICE_PORT": "6001"}, 6001, True),
        # as the operator sets them
        ({"PREDICTIVE_UNIT_SERVICE_PORT": "9000", "PREDICTIVE_UNIT_HTTP_SERVICE_PORT": "9000",
          "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "9500", "PREDICTIVE_UNIT_METRICS_SERVICE_PORT": "6000",
          "PREDICTIVE_UNIT_METRICS_ENDPOINT": "/prometheus"}, 6000, True),
    ],
)  # fmt: skip
def test_only_grpc_alone_has_a_port_for_metrics_by_itself(tmp_path, monkeypatch, variables, port, is_given):
    found = read(tmp_path, monkeypatch, **variables)
    assert (found.port, found.is_port_given) == (port, is_given)


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"PREDICTIVE_UNIT_METRICS_SERVICE_PORT": "5000"},
         "PREDICTIVE_UNIT_METRICS_SERVICE_PORT: expected a port of its own, found 5000, which is REST's; choose another "
         "one, or another PREDICTIVE_UNIT_HTTP_SERVICE_PORT"),
        ({"PREDICTIVE_UNIT_METRICS_SERVICE_PORT": "5001", "API_TYPE": "REST,GRPC"},
         "PREDICTIVE_UNIT_METRICS_SERVICE_PORT: expected a port of its own, found 5001, which is GRPC's; choose another "
         "one, or another PREDICTIVE_UNIT_GRPC_SERVICE_PORT"),
        ({"PREDICTIVE_UNIT_HTTP_SERVICE_PORT": "9000", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "9000"},
         "PREDICTIVE_UNIT_HTTP_SERVICE_PORT and PREDICTIVE_UNIT_GRPC_SERVICE_PORT: expected two ports, found 9000 for "
         "both APIs; choose another one for one of them"),
    ],
)  # fmt: skip
def test_two_listeners_with_one_port_are_named(tmp_path, monkeypatch, variables, text):
    with pytest.raises(BadSetting) as caught:
        read(tmp_path, monkeypatch, **variables)
    assert (str(caught.value), caught.value.exit_code) == (text, 10)


def test_the_annotation_no_engine_shows_the_executors_names(tmp_path, monkeypatch):
    assert not read(tmp_path, monkeypatch).executor_names
    assert read(tmp_path, monkeypatch, 'seldon.io/no-engine="true"').executor_names
    assert not read(tmp_path, monkeypatch, 'seldon.io/no-engine="false"').executor_names
    assert read(tmp_path, monkeypatch, METRICS_EXECUTOR_NAMES="1").executor_names
