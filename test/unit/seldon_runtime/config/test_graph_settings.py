"""The settings of a graph and of its units: nothing of the environment that belongs to one component."""

from __future__ import annotations

from pathlib import Path

import pytest
from seldon_runtime.config.environment import read_graph_settings, read_unit_build, read_unit_settings
from support.server import environment

OF_ONE_COMPONENT = {
    "MODEL_NAME": "Other", "SERVICE_TYPE": "ROUTER", "PERSISTENCE": "1", "PREDICTIVE_UNIT_ID": "other", "MODEL_WORKERS": "2",
    "PREDICTIVE_UNIT_PARAMETERS": "wrong", "MODEL_METHOD": "decide", "PREDICTIVE_UNIT_IMAGE": "i:1", "BATCH_MAX_SIZE": "8",
    "MODEL_PROCESS": "inline", "ONNX_ENGINE": "ngraph",
}  # fmt: skip


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OF_ONE_COMPONENT:
        monkeypatch.delenv(name, raising=False)
    for name, text in environment(**OF_ONE_COMPONENT, LOG_LEVEL="ERROR", COLOUR="red").items():
        monkeypatch.setenv(name, text)


@pytest.mark.parametrize(("given", "listeners"), [
    ({}, [("REST", 5000), ("GRPC", 5001)]),
    ({"API_TYPE": "REST"}, [("REST", 5000)]),
    ({"PREDICTIVE_UNIT_HTTP_SERVICE_PORT": "8000"}, [("REST", 8000)]),
    ({"PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "8001"}, [("REST", 5000), ("GRPC", 8001)]),
    ({"PORT": "8080"}, [("REST", 8080)]),
])  # fmt: skip
def test_a_graph_serves_both_apis_unless_told_otherwise(given: dict[str, str], listeners: list[tuple[str, int]]) -> None:
    found = read_graph_settings(given).listeners
    assert [(each.api, each.port) for each in found] == listeners


def test_a_graph_is_no_component_of_its_environment() -> None:
    settings = read_graph_settings({})
    assert (settings.model_name, settings.parameters, settings.unit.unit_id) == ("Graph", {}, "")
    assert (settings.persistence.enabled, settings.model_process, settings.model_workers) == (False, "separate", 1)


def test_a_unit_has_of_the_environment_only_what_is_about_no_component(tmp_path: Path) -> None:
    (tmp_path / "Mine.py").write_text("class Mine:\n    pass\n")
    (tmp_path / ".s2i").mkdir()
    (tmp_path / ".s2i" / "environment").write_text("BATCH_MAX_SIZE=2\nSIZE=large\n")
    settings = read_unit_settings(tmp_path, {"SIZE": "small"})
    assert (settings.model_name, settings.parameters, settings.batch_max_size, settings.model_workers) == ("Mine", {}, 2, 1)
    variables = settings.component_environment
    assert (variables["COLOUR"], variables["SIZE"], variables["LOG_LEVEL"]) == ("red", "small", "ERROR")
    ours = {*OF_ONE_COMPONENT} & variables.keys()
    assert ours == {"MODEL_NAME", "BATCH_MAX_SIZE"}
    assert variables["MODEL_NAME"] == "Mine"


def test_a_build_of_a_unit_has_the_same_variables() -> None:
    variables = read_unit_build({"MODEL_NAME": "Mine"})
    assert {name: variables[name] for name in {*OF_ONE_COMPONENT} & variables.keys()} == {"MODEL_NAME": "Mine"}
    assert variables["COLOUR"] == "red"
