"""What the walk through a graph costs each unit, in CPU time: `python -m bench.walk_cost`, from the folder of the
repository.

The units are those of `make bench-graph`, in this process, and answer at once. What is left is the way between them:
the calls, the merged meta, the deadline and the figures of each unit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from seldon_component.payload import NDARRAY
from seldon_component.payload import Payload as Message
from seldon_runtime.config.environment import read_settings
from seldon_runtime.messages import Request
from seldon_runtime.model.interface import call
from seldon_runtime.orchestrator.built_in import BuiltIn
from seldon_runtime.orchestrator.figures import Figures
from seldon_runtime.orchestrator.graph_model import GraphModel
from seldon_runtime.orchestrator.node import Node
from seldon_runtime.system.timer import Timer

from .payloads import SMALL
from .results import Result

CASE = "the walk alone"
SERVER = "units that answer at once"
UNITS = 5
_ALLOWED = 30.0  # µs
_COUNT = 200  # requests of a turn
_TURNS = 50  # of a round


def cost(rounds: int) -> Result:
    """Microseconds of each unit: for each round the least of many turns, as in timeit."""
    root = tree()
    settings = replace(read_settings(["Identity"]), rest_timeout=60.0)
    model = GraphModel(root, settings, Timer(), (Figures(root.walk()),))
    found = [_microseconds(model) / UNITS for _ in range(rounds)]
    return Result(CASE, "walk", {"allowed": [_ALLOWED] * rounds, SERVER: found})


def tree() -> Node:
    """The root of the graph."""
    models = tuple(_unit(name, "predict") for name in ("first", "second"))
    return _unit("transformer", "transform_input", _unit("router", "route", _unit("combiner", "aggregate", *models)))


def _microseconds(model: GraphModel) -> float:
    """CPU time of one request."""
    found = []
    for _ in range(_TURNS):
        begin = time.process_time()
        for _ in range(_COUNT):
            call(model, Request("predict", Message(NDARRAY, SMALL.array, SMALL.names)))
        found.append((time.process_time() - begin) / _COUNT * 1e6)
    return min(found)


def _unit(name: str, method: str, *children: Node) -> Node:
    return Node(name, BuiltIn({method: _METHODS[method]}), frozenset([method]), children, f"/models/{name}")


def _same(message: Message) -> Message:
    return Message(NDARRAY, message.data, message.names)


_BRANCH = Message(NDARRAY, SMALL.array[:, 2])  # 0.0
_METHODS: dict[str, Callable[[Any], Message]] = {
    "transform_input": _same,
    "predict": _same,
    "route": lambda _: _BRANCH,
    "aggregate": lambda messages: _same(messages[0]),
}


if __name__ == "__main__":
    found = cost(5)
    print(f"{found.median(SERVER):.1f} µs a unit, {UNITS} units")
