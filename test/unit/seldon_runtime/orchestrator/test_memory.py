"""A request leaves nothing behind that only a garbage collection frees: its message may be large."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from seldon_component.errors import CallError
from seldon_component.payload import NDARRAY, Feedback, Payload
from seldon_runtime.messages import Content, Request
from seldon_runtime.model.interface import call
from seldon_runtime.orchestrator.built_in import BuiltIn
from seldon_runtime.orchestrator.figures import Figures
from seldon_runtime.orchestrator.graph_model import GraphModel
from seldon_runtime.orchestrator.node import Node
from seldon_runtime.system.timer import Timer
from support.stub_model import settings


class Withdrawing(BuiltIn):
    """As a unit on another server: what cancels the request refers to what answers it."""

    def ask(self, request: Request, on_answer: Any) -> None:
        request.on_cancel = lambda: on_answer(None, CallError("cancelled"))
        super().ask(request, on_answer)


def _node(name: str, method: str, *children: Node) -> Node:
    return Node(name, Withdrawing({method: lambda content: Payload(NDARRAY, np.zeros(1))}), frozenset([method]), children)


def _graph() -> GraphModel:
    models = (_node("m", "predict"), _node("n", "send_feedback"))
    root = _node("t", "transform_input", _node("r", "route", _node("c", "aggregate", *models)))
    return GraphModel(root, settings(rest_timeout=60.0), Timer(), (Figures(root.walk()),))


@pytest.fixture
def no_collections():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("method", ["predict", "send_feedback"])
def test_a_message_goes_with_its_request(method: str, no_collections: None) -> None:
    message = Payload(NDARRAY, np.zeros(1000))
    content: Content = message if method == "predict" else Feedback(message, Payload(), 1.0, Payload())
    known = weakref.ref(message.data)
    call(_graph(), Request(method, content))
    del message, content
    assert known() is None
