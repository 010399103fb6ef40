"""A unit of the graph that is served: the model behind it, and which of its methods a request is given to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..graph.rules import is_prepackaged
from ..graph.unit import Unit
from ..model.interface import Model

# the operator's word for a type or a method -> the methods of the class (Seldon's executor: predictor_process.go)
_BY_TYPE = {
    "MODEL": ("predict", "send_feedback"),
    "TRANSFORMER": ("transform_input",),
    "OUTPUT_TRANSFORMER": ("transform_output",),
    "ROUTER": ("route", "send_feedback"),
    "COMBINER": ("aggregate",),
}
_BY_IMPLEMENTATION = {
    "SIMPLE_MODEL": ("predict", "send_feedback"),
    "SIMPLE_ROUTER": ("route",),
    "RANDOM_ABTEST": ("route",),
    "EPSILON_GREEDY": ("route", "send_feedback"),
    "AVERAGE_COMBINER": ("aggregate",),
}
_BY_METHOD = {
    "TRANSFORM_INPUT": "transform_input",
    "TRANSFORM_OUTPUT": "transform_output",
    "ROUTE": "route",
    "AGGREGATE": "aggregate",
    "SEND_FEEDBACK": "send_feedback",
}


def methods_of(unit: Unit) -> frozenset[str]:
    """What the walk calls of a unit: by its type and by its `methods`, or by what it has built in."""
    if unit.implementation in _BY_IMPLEMENTATION:
        return frozenset(_BY_IMPLEMENTATION[unit.implementation])
    kind = unit.type or ("MODEL" if is_prepackaged(unit) else "")  # the operator's default for its own servers
    return frozenset([*_BY_TYPE.get(kind, ()), *(_BY_METHOD[method] for method in unit.methods)])


@dataclass(frozen=True)
class Node:
    """A unit with the model that answers for it.

    methods: those that the walk calls. place: what `meta.requestPath` says: its image, folder or address.
    """

    name: str
    model: Model
    methods: frozenset[str]
    children: tuple[Node, ...] = ()
    place: str = ""

    @cached_property
    def input_method(self) -> str | None:
        """What a request is given to before the children; None: it goes to them as it is."""
        return next((method for method in ("transform_input", "predict") if method in self.methods), None)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()
