"""A graph that waits for its units says for which ones."""

from __future__ import annotations

import pytest
from seldon_runtime.orchestrator import waiting_log
from seldon_runtime.orchestrator.graph_model import GraphModel
from seldon_runtime.orchestrator.node import Node
from seldon_runtime.system.timer import Timer
from support.stub_model import StubModel, settings
from support.waiting import eventually

HINT = "; a graph at such an address must not wait for this one"


def begin(first: StubModel, second: StubModel, place: str) -> tuple[GraphModel, Timer]:
    timer = Timer()
    child = Node("b", second, frozenset(["predict"]), (), place)
    graph = GraphModel(Node("a", first, frozenset(["transform_input"]), (child,), "/models/a"), settings(), timer)
    graph.start()
    return graph, timer


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_log, "_FIRST", 0.01)
    monkeypatch.setattr(waiting_log, "_LATER", 0.02)


@pytest.mark.parametrize(("place", "hint"), [
    ("/models/b", ""), ("http://b:9000/", HINT), ("https://b:9000/", HINT), ("grpc://b:9000", HINT)])
def test_the_log_names_the_units_that_are_waited_for(place: str, hint: str, caplog: pytest.LogCaptureFixture) -> None:
    graph, timer = begin(StubModel(), StubModel(ready=False), place)
    expected = f"the graph has waited 0 s for unit 'b' ({place}){hint}"
    eventually(lambda: caplog.messages.count(expected) > 1, "the log said it again")
    graph.stop()
    eventually(lambda: not timer._heap, "nobody looks any longer")


def test_a_graph_that_is_ready_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    late = StubModel(ready=False)
    _, timer = begin(late, StubModel(), "/models/b")
    eventually(lambda: caplog.messages, "the log said what is waited for")
    late.ready = True
    eventually(lambda: not timer._heap, "nobody looks any longer")
    assert {*caplog.messages} == {"the graph has waited 0 s for unit 'a' (/models/a)"}
