"""`--trace`: the way of each request, printed."""

from __future__ import annotations

import re
import threading

import numpy as np
from seldon_component.errors import ModelError
from seldon_component.payload import NDARRAY, STRDATA, Feedback, Payload
from seldon_runtime.orchestrator.ways import Ways
from support.graph_nodes import ServedGraph, node
from support.stub_model import ask
from support.waiting import eventually


def printed(graph_root, *requests) -> list[str]:
    """What is written of these calls. The times are 0.00 there."""
    blocks: list[str] = []
    graph = ServedGraph(graph_root, follow=Ways(graph_root, blocks.append).follow)
    for call in requests:
        call(graph)
    return [re.sub(r"\d+\.\d\d ms", "0.00 ms", re.sub("[0-9a-f]{8}-[0-9a-f-]{27}", "ID", block)) for block in blocks]


def branch(number: int) -> Payload:
    return Payload(NDARRAY, np.array([number]))


def router(number: int):
    return node(
        "r", "ROUTER", node("a", "MODEL"), node("long-name", "TRANSFORMER", node("b", "MODEL")), route=branch(number)
    )


def test_a_block_has_the_units_of_a_request_below_each_other() -> None:
    root = node("t", "TRANSFORMER", router(1), node("", ""))
    assert printed(root, lambda graph: graph.predict())[0].splitlines() == [
        "predict 0.00 ms, puid ID",
        "  t              transform_input 0.00 ms",
        "    r            route 0.00 ms, branch 1",
        "      long-name  transform_input 0.00 ms",
        "        b        predict 0.00 ms",
    ]


def test_a_unit_that_passes_on_stands_above_those_that_it_passes_to() -> None:
    lines = printed(node("p", "", node("m", "MODEL")), lambda graph: graph.predict())[0].splitlines()
    assert lines[1:] == ["  p    passes on", "    m  predict 0.00 ms"]


def test_an_error_stands_at_its_unit_and_at_the_request_in_one_line() -> None:
    root = node("t", "TRANSFORMER", node("m", "MODEL", predict=ModelError("bad\nline\x1b[2J", status_code=418)))
    lines = printed(root, lambda graph: graph.predict())[0].splitlines()
    assert lines == [
        "predict 0.00 ms, error 418: unit 'm': bad line [2J",
        "  t    transform_input 0.00 ms",
        "    m  predict 0.00 ms, error 418: bad line [2J",
    ]


def test_feedback_shows_the_branch_that_it_takes() -> None:
    response = Payload(STRDATA, "x", meta={"routing": {"r": 0}})
    feedback = Feedback(Payload(), response, 1.0, Payload())
    lines = printed(router(1), lambda graph: ask(graph.model, "send_feedback", feedback))[0].splitlines()
    assert lines == [
        "send_feedback 0.00 ms",
        "  r    send_feedback 0.00 ms, branch 0",
        "    a  send_feedback 0.00 ms",
    ]


def test_requests_side_by_side_never_mix_their_lines() -> None:
    root, written, is_writing = node("m", "MODEL"), [], threading.Lock()

    def write(block: str) -> None:
        assert is_writing.acquire(blocking=False), "two blocks were written at a time"
        written.append(block)
        is_writing.release()

    graph = ServedGraph(root, follow=Ways(root, write).follow)
    threads = [threading.Thread(target=lambda: [graph.predict() for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    eventually(lambda: len(written) == 80, "each request had its block")
    assert all(len(block.splitlines()) == 2 for block in written)


def test_it_is_written_to_standard_error(capsys) -> None:
    root = node("m", "MODEL")
    ServedGraph(root, follow=Ways(root).follow).predict()
    eventually(lambda: "  m  predict" in capsys.readouterr().err, "the block was written")
