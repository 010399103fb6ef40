"""The units that the walk brings itself, as Seldon's engine of 2018 had them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from seldon_component.codec.arrays import describe
from seldon_component.errors import BadPayload, CallError, NotImplementedByModel
from seldon_component.payload import ARRAY_KINDS, NDARRAY, TENSOR, Feedback, Payload

from ..config.parameters import PARAMETER_TYPES
from ..graph.unit import Unit
from ..messages import Content, Request
from ..model.interface import OnAnswer, OnChange, ignore_change
from .branches import branch_in

_NAMES = ["class0", "class1", "class2"]
_METRICS = (("COUNTER", "mymetric_counter", 1.0), ("GAUGE", "mymetric_gauge", 100.0), ("TIMER", "mymetric_timer", 22.1))
_EXPLORING = 0.1  # of EPSILON_GREEDY

Respond = Callable[[Any], Payload]
Parameters = Mapping[str, Any]


class BuiltIn:
    """A Model that responds at once. methods: name -> what it makes of the content of a request."""

    ready = True
    is_draining = is_full = False
    restarts = waiting = 0
    process_ids: tuple[int, ...] = ()

    def __init__(self, methods: Mapping[str, Respond]) -> None:
        self._methods = methods
        self.on_change: OnChange = ignore_change
        self.description: dict[str, Any] = {"methods": sorted(methods), "checks_health": False}

    def start(self) -> None:
        """Nothing to load: it is ready, which is told because a graph may have no other unit."""
        self.on_change()

    def stop(self, seconds: float = math.inf) -> None:
        """Nothing to end."""

    def ask(self, request: Request, on_answer: OnAnswer) -> None:
        try:
            response = self._method(request.method)(request.content)
        except CallError as error:
            on_answer(None, error)
        except Exception as error:
            on_answer(None, CallError(f"{type(error).__name__}: {error}"))
        else:
            on_answer(response, None)

    def _method(self, name: str) -> Respond:
        if name not in self._methods:
            raise NotImplementedByModel(f"a built-in unit has no {name}")
        return self._methods[name]


def create(unit: Unit, on_change: OnChange = ignore_change) -> BuiltIn:
    """The model of a unit whose implementation is one of NAMES, and whose parameters are right (graph.rules)."""
    parameters = {each.name: PARAMETER_TYPES[each.kind](each.value) for each in unit.parameters}
    made = _MAKERS[unit.implementation](unit, parameters)
    made.on_change = on_change
    return made


def _simple_model(unit: Unit, parameters: Parameters) -> BuiltIn:
    return BuiltIn({"predict": _three_classes, "send_feedback": _nothing})


def _simple_router(unit: Unit, parameters: Parameters) -> BuiltIn:
    return BuiltIn({"route": lambda _: _branch(0)})


def _random_abtest(unit: Unit, parameters: Parameters) -> BuiltIn:
    """ratioA: the part of the requests for the first child. The others share the rest."""
    ratio = float(parameters.get("ratioA", 0.5))
    children = len(unit.children)

    def route(_: Content) -> Payload:
        return _branch(0 if children == 1 or random.random() < ratio else random.randrange(1, children))

    return BuiltIn({"route": route})


def _epsilon_greedy(unit: Unit, parameters: Parameters) -> BuiltIn:
    greedy = _EpsilonGreedy(unit.name, len(unit.children), parameters)
    return BuiltIn({"route": greedy.route, "send_feedback": greedy.learn})


def _average_combiner(unit: Unit, parameters: Parameters) -> BuiltIn:
    return BuiltIn({"aggregate": _average})


class _EpsilonGreedy:
    """Chooses the child with the best mean reward, and now and then any other one.

    parameters: epsilon, how often that is, from 0 to 1; best_branch, the one before any reward.
    """

    def __init__(self, name: str, children: int, parameters: Parameters) -> None:
        self._name = name
        self._epsilon = float(parameters.get("epsilon", _EXPLORING))
        self._best = int(parameters.get("best_branch", 0))
        self._children = children
        self._rewards = [0.0] * children
        self._counts = [0] * children

    def route(self, _: Content) -> Payload:
        if random.random() >= self._epsilon or self._children == 1:
            return _branch(self._best)
        others = [branch for branch in range(self._children) if branch != self._best]
        return _branch(random.choice(others))

    def learn(self, feedback: Feedback) -> Payload:
        branch = branch_in(feedback.response.meta.get("routing"), self._name, self._children)
        if 0 <= branch < self._children and math.isfinite(feedback.reward):
            self._rewards[branch] += feedback.reward
            self._counts[branch] += 1
            self._best = max(range(self._children), key=self._mean)
        return Payload()

    def _mean(self, branch: int) -> float:
        return self._rewards[branch] / self._counts[branch] if self._counts[branch] else 0.0


def _branch(number: int) -> Payload:
    return Payload(NDARRAY, np.array([number]))


def _nothing(_: Content) -> Payload:
    return Payload()


def _three_classes(_: Content) -> Payload:
    metrics = [{"type": kind, "key": key, "value": value} for kind, key, value in _METRICS]
    return Payload(TENSOR, np.array([[0.1, 0.9, 0.5]]), list(_NAMES), {"metrics": metrics})


def _average(messages: Sequence[Payload]) -> Payload:
    """The mean of all, in the form of the first. Raises BadPayload for messages that have none."""
    arrays = [_matrix(message, number) for number, message in enumerate(messages)]
    first = messages[0]
    for number, array in enumerate(arrays):
        if array.shape != arrays[0].shape:
            raise BadPayload(f"child {number}: expected the shape {arrays[0].shape} of child 0, found {array.shape}")
    return Payload(first.kind, np.mean(arrays, axis=0), first.names, dict(first.meta), first.status, first.others)


def _matrix(message: Payload, number: int) -> np.ndarray:
    if message.kind not in ARRAY_KINDS:
        raise BadPayload(f"child {number}: expected an array of numbers, found {message.kind or 'no data'}")
    array = np.asarray(message.data)
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        raise BadPayload(f"child {number}: expected numbers in rows and columns, found {describe(message.data)}")
    return array.astype(float)


_MAKERS: dict[str, Callable[[Unit, Parameters], BuiltIn]] = {
    "SIMPLE_MODEL": _simple_model,
    "SIMPLE_ROUTER": _simple_router,
    "RANDOM_ABTEST": _random_abtest,
    "EPSILON_GREEDY": _epsilon_greedy,
    "AVERAGE_COMBINER": _average_combiner,
}
NAMES = tuple(_MAKERS)
