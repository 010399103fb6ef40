"""One entry of contract.json's `features` or `targets` -> its Fields."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from .field import Field


class _Key(NamedTuple):
    """read: the value, None where the key is missing -> what it means; raises TypeError or ValueError."""

    name: str
    read: Callable[[Any], Any]
    allowed: str


def read_entry(section: str, index: int, entry: Any) -> tuple[list[Field], list[str]]:
    """The Fields that an entry means, and a line for each key of it that is wrong: one of the two lists is empty."""
    where, found, wrong = f"{section}[{index}]", {}, []
    if not isinstance(entry, dict):
        return [], [f"{where}: found {entry!r}; allowed: an object"]
    for key in _keys(entry):
        try:
            found[key.name] = key.read(entry.get(key.name))
        except (TypeError, ValueError):
            value = repr(entry[key.name]) if key.name in entry else "nothing"
            wrong.append(f"{where}.{key.name}: found {value}; allowed: {key.allowed}")
    return ([] if wrong else _fields(section, **found)), wrong


def _fields(section: str, name: str, repeat: int | None, shape: tuple[int, ...], **sort: Any) -> list[Field]:
    names = [name] if repeat is None else [_NUMBERED[section](name, number) for number in range(repeat)]
    if sort["ftype"] == "categorical":
        return [Field(one, values=sort["values"], shape=shape) for one in names]
    low, high = sort["range"]
    return [Field(one, low=low, high=high, integer=sort["dtype"] == "INT", shape=shape) for one in names]


# the historical testers counted repeated features from 1, and targets from 0, behind a colon
_NUMBERED: dict[str, Callable[[str, int], str]] = {
    "features": lambda name, number: f"{name}{number + 1}",
    "targets": lambda name, number: f"{name}:{number}",
}


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError


def _text(value: Any) -> str:
    _require(isinstance(value, str) and value != "")
    return str(value)


def _one_of(*words: str) -> Callable[[Any], str]:
    """In either case: the documents of old have capitals, their examples have none."""

    def read(value: Any) -> str:
        found = [word for word in words if word.lower() == _text(value).lower()]
        _require(found != [])
        return found[0]

    return read


def _values(value: Any) -> tuple[Any, ...]:
    _require(isinstance(value, list) and value != [] and all(isinstance(one, str | int | float) for one in value))
    return tuple(value)


def _range(value: Any) -> tuple[float, float]:
    low, high = ("inf", "inf") if value is None else value
    low, high = _bound(low, -math.inf), _bound(high, math.inf)
    _require(low <= high and (high - low < math.inf or math.isinf(low) or math.isinf(high)))
    return low, high


def _integer_range(value: Any) -> tuple[float, float]:
    low, high = _range(value)
    _require(math.isinf(low) or math.isinf(high) or math.ceil(low) <= math.floor(high))
    return low, high


def _bound(value: Any, infinity: float) -> float:
    if value == "inf":
        return infinity
    _require(isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value))
    return float(value)


def _shape(value: Any) -> tuple[int, ...]:
    _require(value is None or isinstance(value, list) and value != [])
    return (1,) if value is None else tuple(_count(size) for size in value)


def _count(value: Any) -> int:
    _require(type(value) is int and value >= 1)
    return int(value)


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


_NUMBER_DTYPE = _Key("dtype", _one_of("INT", "FLOAT"), "INT or FLOAT")
_ANY_DTYPE = _Key("dtype", _optional(_one_of("INT", "FLOAT", "STRING")), "INT, FLOAT or STRING")
_VALUES = _Key("values", _values, "a list of text or numbers, not empty")
_RANGE = _Key("range", _range, '[a, b], a up to b; "inf" in place of either for no bound')
_INTEGER_RANGE = _Key("range", _integer_range, f"{_RANGE.allowed}; an integer between them")
_ALWAYS = (
    _Key("name", _text, "text"),
    _Key("ftype", _one_of("continuous", "categorical"), "continuous or categorical"),
    _Key("shape", _shape, "a list of sizes, each 1 or more"),
    _Key("repeat", _optional(_count), "1 or more"),
)
_OF_SORT = {
    ("CONTINUOUS", "INT"): (_NUMBER_DTYPE, _INTEGER_RANGE),
    ("CONTINUOUS", None): (_NUMBER_DTYPE, _RANGE),
    ("CATEGORICAL", None): (_ANY_DTYPE, _VALUES),
}


def _keys(entry: dict[str, Any]) -> tuple[_Key, ...]:
    """Those that count for an entry of this ftype and dtype; all others are ignored, as they have always been."""
    ftype, dtype = (str(entry.get(key)).upper() for key in ("ftype", "dtype"))
    return _ALWAYS + _OF_SORT.get((ftype, dtype), _OF_SORT.get((ftype, None), ()))
