"""An inference graph of Seldon's: a tree of units, as its SeldonDeployment has it. It is read and checked here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import BadSetting

# of a unit of the graph, beside `name`, `parameters` and `children`; the CRD has no `image`, but graphs of 2018 do
_TEXTS = (
    "type",
    "implementation",
    "modelUri",
    "envSecretRefName",
    "serviceAccountName",
    "storageInitializerImage",
    "image",
)
_KEYS = frozenset({"name", "methods", "parameters", "children", "logger", "endpoint", *_TEXTS})
_PARAMETER_KEYS = {"name", "type", "value"}


@dataclass(frozen=True)
class Parameter:
    """An argument of the constructor. kind: INT, FLOAT, DOUBLE, STRING or BOOL. value: always text, as in `"3"`."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True)
class Unit:
    """A node of the graph. Texts that the file does not have are "".

    type, implementation, methods: the operator's words. image: of the unit's own container.
    model_uri: of a prepackaged server. logger: mode and url. endpoint: where the unit is served; the operator sets it.
    others: further fields of the CRD.
    """

    name: str
    type: str = ""
    implementation: str = ""
    methods: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    children: tuple[Unit, ...] = ()
    image: str = ""
    model_uri: str = ""
    logger: Mapping[str, Any] = field(default_factory=dict)
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)

    def walk(self) -> Iterator[Unit]:
        """This unit and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def depth(self) -> int:
        """How many units stand below each other, with this one."""
        return 1 + max((child.depth for child in self.children), default=0)


def read_unit(value: Any) -> Unit:
    """The unit of a `graph`, with all below it. Raises BadSetting: a line for each field of a wrong form.

    Whether the words in it make sense together is for `rules`.
    """
    wrong: list[str] = []
    unit = _unit(value, "graph", wrong.append)
    if wrong:
        raise BadSetting("\n".join(wrong))
    return unit


def _unit(value: Any, place: str, fail: Callable[[str], None]) -> Unit:
    """place: of the unit, for messages, until its name is known."""
    if not isinstance(value, dict):
        fail(f"{place}: expected a unit with a name, found {_shown(value)}; write it as name: …, type: …")
        return Unit("")
    given = {key: item for key, item in value.items() if item is not None}
    name = _text(given, "name", place, fail)
    if not name:
        fail(f"{place}, name: expected a name, found nothing; name the unit as its container is named")
    place = f"unit {name!r}" if name else place
    for key in given.keys() - _KEYS:
        fail(f"{place}, {key}: expected one of {', '.join(sorted(_KEYS))}; correct the key, or leave it out")
    return Unit(
        name=name,
        methods=tuple(_method(item, place, fail) for item in _list(given, "methods", place, fail)),
        parameters=tuple(_parameter(item, place, fail) for item in _list(given, "parameters", place, fail)),
        children=_children(given, place, fail),
        logger=_object(given, "logger", place, fail),
        endpoint=_object(given, "endpoint", place, fail),
        **_renamed({key: _text(given, key, place, fail) for key in _TEXTS}),
    )


def _children(given: Mapping[str, Any], place: str, fail: Callable[[str], None]) -> tuple[Unit, ...]:
    entries = enumerate(_list(given, "children", place, fail))
    return tuple(_unit(item, f"children[{number}] of {place}", fail) for number, item in entries)


def _renamed(texts: dict[str, str]) -> dict[str, Any]:
    ours = {"type": "type", "implementation": "implementation", "image": "image", "modelUri": "model_uri"}
    others = {key: text for key, text in texts.items() if key not in ours and text}
    return {**{name: texts[key] for key, name in ours.items()}, "others": others}


def _method(value: Any, place: str, fail: Callable[[str], None]) -> str:
    if isinstance(value, str):
        return value
    fail(f"{place}, methods: expected names of methods, found {_shown(value)}; write them as [ROUTE, SEND_FEEDBACK]")
    return ""


def _parameter(value: Any, place: str, fail: Callable[[str], None]) -> Parameter:
    if not isinstance(value, dict) or value.keys() != _PARAMETER_KEYS:
        fail(f"{place}, parameters: expected name, type and value, found {_shown(value)}; give each of the three")
        return Parameter("", "", "")
    for key, item in value.items():
        if not isinstance(item, str):
            advice = f'write it in quotes, as "{item}"' if not isinstance(item, (dict, list)) else "write it as text"
            fail(f"{place}, {key} of parameter {value['name']!r}: expected text, found {_shown(item)}; {advice}")
    return Parameter(*(str(value[key]) for key in ("name", "type", "value")))


def _text(given: Mapping[str, Any], key: str, place: str, fail: Callable[[str], None]) -> str:
    value = given.get(key, "")
    if not isinstance(value, str):
        fail(f"{place}, {key}: expected text, found {_shown(value)}; write it in quotes")
        return ""
    return value


def _object(given: Mapping[str, Any], key: str, place: str, fail: Callable[[str], None]) -> dict[str, Any]:
    value = given.get(key, {})
    if not isinstance(value, dict):
        fail(f"{place}, {key}: expected keys and values, found {_shown(value)}; correct it, or leave it out")
        return {}
    return value


def _list(given: Mapping[str, Any], key: str, place: str, fail: Callable[[str], None]) -> list[Any]:
    value = given.get(key, [])
    if not isinstance(value, list):
        fail(f"{place}, {key}: expected a list, found {_shown(value)}; write each entry after a dash")
        return []
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"
