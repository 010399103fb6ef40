"""The rules of the walk, with units in this process. test/graph has the same rows with units that are served."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from seldon_component.codec import message
from seldon_component.component import Component
from seldon_component.errors import CallError
from seldon_component.payload import Payload
from seldon_runtime.config.parameters import PARAMETER_TYPES
from seldon_runtime.graph.unit import Unit, read_unit
from seldon_runtime.messages import Request
from seldon_runtime.model.interface import call
from seldon_runtime.orchestrator import built_in
from seldon_runtime.orchestrator.graph_model import GraphModel
from seldon_runtime.orchestrator.node import Node, methods_of
from seldon_runtime.system.timer import Timer
from support.graph_rows import ROWS, Row
from support.server import ROOT
from support.stub_model import settings

_PATH = ROOT / "test" / "apps" / "graph-unit" / "Unit.py"
_SPEC = importlib.util.spec_from_file_location("graph_unit", _PATH)
assert _SPEC and _SPEC.loader
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)


class InThisThread(built_in.BuiltIn):
    """A component that is called where it is asked."""

    def __init__(self, component: Component) -> None:
        super().__init__({})
        self._component = component

    def ask(self, request: Request, on_answer: Any) -> None:
        try:
            response = self._component.call(request.method, request.content)
        except CallError as error:
            on_answer(None, error)
        else:
            on_answer(response, None)


def node_of(unit: Unit, log: str) -> Node:
    model: Any
    if unit.implementation:
        model = built_in.create(unit)
    else:
        parameters = {each.name: PARAMETER_TYPES[each.kind](each.value) for each in unit.parameters}
        if "log" in parameters:
            parameters["log"] = log
        service_type = {"UNKNOWN_TYPE": "MODEL", "OUTPUT_TRANSFORMER": "TRANSFORMER"}.get(unit.type, unit.type)
        model = InThisThread(Component(_MODULE.Unit(**parameters), service_type, unit.name))
    return Node(unit.name, model, methods_of(unit), tuple(node_of(child, log) for child in unit.children))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_rule(row: Row, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    graph = GraphModel(node_of(read_unit(row.graph), str(log)), settings(), Timer())
    to_content = message.to_feedback if "reward" in row.request else message.to_payload
    request = Request("send_feedback" if "reward" in row.request else "predict", to_content(row.request))
    if row.status != 200:
        with pytest.raises(CallError) as caught:
            call(graph, request)
        assert all(part in str(caught.value) for part in row.info), str(caught.value)
        assert (caught.value.status_code or {"MICROSERVICE_BAD_DATA": 400}.get(caught.value.reason, 500)) == row.status
    else:
        found = plain(call(graph, request))
        assert found == row.response or (request.method == "send_feedback" and "strData" not in found)
    lines = log.read_text().splitlines()
    assert (lines if row.in_order else sorted(lines)) == list(row.log)


def plain(payload: Payload) -> dict[str, Any]:
    found: dict[str, Any] = message.from_payload(payload)
    if "requestPath" in found.get("meta", {}):
        found["meta"]["requestPath"] = sorted(found["meta"]["requestPath"])
    if "data" in found:
        found["data"]["tensor"] = {"shape": list(payload.data.shape), "values": payload.data.ravel().tolist()}
    return found
