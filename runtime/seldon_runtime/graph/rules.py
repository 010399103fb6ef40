"""What a graph must fulfil beyond the CRD: rules of the operator's webhook, and of the executor that walks it.

No API server checks them. The webhook refuses a graph that breaks one, or the graph fails later, with its requests.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..config.parameters import PARAMETER_TYPES
from ..errors import BadSetting
from .names import LONGEST, NAME
from .unit import Unit

TYPES = ("UNKNOWN_TYPE", "ROUTER", "COMBINER", "MODEL", "TRANSFORMER", "OUTPUT_TRANSFORMER")
METHODS = ("TRANSFORM_INPUT", "TRANSFORM_OUTPUT", "ROUTE", "AGGREGATE", "SEND_FEEDBACK")
# what the executor does by itself -> the fewest children that it needs. A unit of these has no container
BUILT_IN = {"SIMPLE_MODEL": 0, "SIMPLE_ROUTER": 1, "RANDOM_ABTEST": 2, "AVERAGE_COMBINER": 1}
LOCAL = {"EPSILON_GREEDY": 1}  # the same, of `seldon-core-graph` alone: no cluster has it
NO_IMPLEMENTATION = ("", "UNKNOWN_IMPLEMENTATION")
_ROUTERS = ("SIMPLE_ROUTER", "RANDOM_ABTEST", "EPSILON_GREEDY")
_LOGGER_MODES = ("all", "request", "response")
_CHANCES = {"RANDOM_ABTEST": "ratioA", "EPSILON_GREEDY": "epsilon"}
_RESERVED = ("seldon-container-engine", "tfserving")  # containers of the operator's own
_DEEPEST = 11  # units; the CRD describes no more, and the API server drops what it does not describe


def check_graph(root: Unit, has_executor: bool = True, is_local: bool = False) -> None:
    """Raises BadSetting: a line for each rule that a unit breaks. Each line names the unit.

    has_executor: whether one walks the graph; without it clients call the one unit themselves.
    is_local: whether `seldon-core-graph` serves it. It has a built-in unit more than a cluster.
    """
    checks = (*_CHECKS, *((_children,) if has_executor else ()), _is_called if is_local else _is_in_a_cluster)
    wrong = [f"unit {unit.name!r}, {line}" for unit in root.walk() for check in checks for line in check(unit)]
    names = [unit.name for unit in root.walk()]
    for name in sorted({name for name in names if names.count(name) > 1}):
        wrong.append(
            f"unit {name!r}, name: expected a name of its own, found {names.count(name)} units of it; "
            "rename all but one, because each has a container of its name"
        )
    if root.depth > _DEEPEST:
        wrong.append(
            f"unit {root.name!r}, children: expected {_DEEPEST} units below each other at most, found {root.depth}; "
            "join some of them, because the API server drops the others"
        )
    if wrong:
        raise BadSetting("\n".join(wrong))


def has_container(unit: Unit) -> bool:
    """Whether the unit needs a container in the file: the operator and the executor bring all others."""
    return unit.implementation in NO_IMPLEMENTATION


def is_prepackaged(unit: Unit) -> bool:
    """Whether the operator starts a server of its own for the unit, such as SKLEARN_SERVER."""
    return not has_container(unit) and unit.implementation not in BUILT_IN


def routes(unit: Unit) -> bool:
    """Whether the unit chooses one of its children."""
    return unit.type == "ROUTER" or "ROUTE" in unit.methods or unit.implementation in _ROUTERS


def combines(unit: Unit) -> bool:
    """Whether the unit makes one response of those of its children."""
    return unit.type == "COMBINER" or "AGGREGATE" in unit.methods or unit.implementation == "AVERAGE_COMBINER"


def _name(unit: Unit) -> Iterator[str]:
    if len(unit.name) > LONGEST or not NAME.fullmatch(unit.name):
        yield (
            f"name: expected a-z, 0-9 and dashes, a letter first and {LONGEST} characters at most, "
            f"found {unit.name!r}; rename it, because its container has this name"
        )
    elif unit.name in _RESERVED:
        yield f"name: expected another name, found {unit.name!r}; rename it, because the operator has such a container"


def _words(unit: Unit) -> Iterator[str]:
    if unit.type and unit.type not in TYPES:
        advice = "write TRANSFORMER" if unit.type == "OUTLIER_DETECTOR" else "write one of them"
        yield f"type: expected one of {', '.join(TYPES)}, found {unit.type!r}; {advice}"
    for method in unit.methods:
        if method not in METHODS:
            yield f"methods: expected some of {', '.join(METHODS)}, found {method!r}; write these words"
    if unit.type == "UNKNOWN_TYPE" and not unit.methods and has_container(unit):
        yield "methods: expected some with the type UNKNOWN_TYPE, found nothing; add methods, or write a known type"


def _children(unit: Unit) -> Iterator[str]:
    count = len(unit.children)
    built_in = {**BUILT_IN, **LOCAL}
    least = built_in.get(unit.implementation, 1 if routes(unit) or combines(unit) else 0)
    if count < least:
        kind = unit.implementation if unit.implementation in built_in else "a router" if routes(unit) else "a combiner"
        yield (
            f"children: expected {least} or more below {kind}, found {count or 'none'}; "
            "add them, because the executor never calls it without them"
        )


def _implementation(unit: Unit) -> Iterator[str]:
    if is_prepackaged(unit) and unit.implementation not in LOCAL and not unit.model_uri:
        built_in = ", ".join(BUILT_IN)
        yield (
            f"modelUri: expected the place of the model for {unit.implementation}, found nothing; "
            f"add it, or write one of {built_in}"
        )
    if has_container(unit) and unit.model_uri:
        yield f"modelUri: expected an implementation beside it, found {unit.model_uri!r} alone; leave it out"


def _is_in_a_cluster(unit: Unit) -> Iterator[str]:
    if unit.implementation in LOCAL:
        yield (
            f"implementation: expected one of {', '.join(BUILT_IN)}, found {unit.implementation!r}, which "
            "seldon-core-graph alone has; write a class that does it, with the type ROUTER"
        )


def _is_called(unit: Unit) -> Iterator[str]:
    if has_container(unit) and not unit.type and not unit.methods:
        yield (
            f"type: expected one of {', '.join(TYPES[1:])}, found nothing; "
            "add it, because no method of a unit without a type is called"
        )


def _parameters(unit: Unit) -> Iterator[str]:
    names = [each.name for each in unit.parameters]
    for each in unit.parameters:
        if each.kind not in PARAMETER_TYPES:
            yield (
                f"type of parameter {each.name!r}: expected one of {', '.join(PARAMETER_TYPES)}, "
                f"found {each.kind!r}; write one of them"
            )
            continue
        try:
            PARAMETER_TYPES[each.kind](each.value)
        except (ValueError, KeyError, OverflowError):
            yield f"value of parameter {each.name!r}: expected {each.kind}, found {each.value!r}; correct one of them"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"parameters: expected {name!r} once, found it {names.count(name)} times; leave one of them"


def _chances(unit: Unit) -> Iterator[str]:
    """The parameters of built-in routers."""
    for each in unit.parameters:
        if each.name != _CHANCES.get(unit.implementation):
            continue
        try:
            is_chance = 0 <= float(each.value) <= 1
        except ValueError:
            is_chance = False
        if not is_chance:
            yield f"value of parameter {each.name!r}: expected a number from 0 to 1, found {each.value!r}; correct it"


def _best_branch(unit: Unit) -> Iterator[str]:
    last = len(unit.children) - 1
    for each in unit.parameters:
        if unit.implementation != "EPSILON_GREEDY" or each.name != "best_branch":
            continue
        if each.kind != "INT" or each.value not in map(str, range(last + 1)):
            yield f"value of parameter 'best_branch': expected INT, 0 to {last}, found {each.value!r}; name a child"


def _logger(unit: Unit) -> Iterator[str]:
    if not unit.logger:
        return
    mode, url = unit.logger.get("mode", ""), unit.logger.get("url", "")
    if mode not in _LOGGER_MODES:
        modes = ", ".join(_LOGGER_MODES)
        yield f"mode of logger: expected one of {modes}, found {mode or 'nothing'!r}; write one of them"
    if unit.logger.keys() - {"mode", "url"} or not isinstance(url, str):
        yield f"logger: expected mode and url, found {', '.join(map(str, unit.logger))}; leave the others out"


_CHECKS = (_name, _words, _implementation, _parameters, _chances, _best_branch, _logger)
