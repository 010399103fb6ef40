"""A unit that breaks the rules of a Model fails its own request."""

from __future__ import annotations

from typing import Any

import pytest
from seldon_component.errors import CallError
from seldon_component.payload import STRDATA, Payload
from seldon_runtime.messages import Request
from seldon_runtime.model.interface import call
from seldon_runtime.orchestrator.built_in import BuiltIn
from seldon_runtime.orchestrator.graph_model import GraphModel
from seldon_runtime.orchestrator.node import Node
from seldon_runtime.system.timer import Timer
from support.stub_model import settings


class Raising(BuiltIn):
    def ask(self, request: Request, on_answer: Any) -> None:
        raise OSError("no descriptor is left")


def _node(name: str, model: BuiltIn, method: str, *children: Node) -> Node:
    return Node(name, model, frozenset([method]), children)


def _request() -> Request:
    return Request("predict", Payload(STRDATA, "x"))


def test_an_exception_while_a_unit_is_asked_names_it() -> None:
    good = _node("m", BuiltIn({"predict": lambda message: message}), "predict")
    root = _node("c", BuiltIn({"aggregate": lambda messages: messages[0]}), "aggregate", good, _node("n", Raising({}), "predict"))
    with pytest.raises(CallError, match="unit 'n': OSError: no descriptor is left"):
        call(GraphModel(root, settings(), Timer()), _request())


def test_an_exception_of_the_client_is_not_that_of_a_unit() -> None:
    answers = []

    def broken(payload: Payload | None, error: CallError | None) -> None:
        answers.append((payload, error))
        raise OSError("the client has gone")

    root = _node("m", BuiltIn({"predict": lambda message: message}), "predict")
    with pytest.raises(OSError, match="the client has gone"):
        GraphModel(root, settings(), Timer()).ask(_request(), broken)
    assert [error for _, error in answers] == [None]
