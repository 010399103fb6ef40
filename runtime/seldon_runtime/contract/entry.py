"""One entry of contract.json's `features` or `targets`: checked, and turned into its Fields."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from .field import Field

_LONGEST = 60  # characters of a value in a message


class Mistake(ValueError):
    """A value that contract.json may not have; the text names its field, what was expected and what was found."""


def expect(value: Any, field: str, fits: Callable[[Any], bool], words: str) -> None:
    """Raises Mistake if the value does not fit. words: what fits. None is a missing value."""
    if not fits(value):
        found = "nothing" if value is None else repr(value)
        found = found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…"
        raise Mistake(f"{field}: expected {words}, found {found}")


class _Key(NamedTuple):
    """A key of an entry. fits: True for a right value; None is a missing key. read: a right value -> its meaning."""

    name: str
    fits: Callable[[Any], bool]
    words: str
    read: Callable[[Any], Any]


def read_entry(section: str, index: int, entry: Any) -> tuple[list[Field], list[str]]:
    """The entry's Fields, and a line for each wrong key. One of the two lists is empty."""
    where, found, wrong = f"{section}[{index}]", {}, []
    try:
        expect(entry, where, is_object, "an object")
    except Mistake as mistake:
        return [], [str(mistake)]
    for key in _keys(entry):
        value = entry.get(key.name)
        try:
            expect(value, f"{where}.{key.name}", key.fits, key.words)
        except Mistake as mistake:
            wrong.append(str(mistake))
        else:
            found[key.name] = key.read(value)
    return ([] if wrong else _fields(section, **found)), wrong


def _fields(section: str, name: str, repeat: int | None, shape: tuple[int, ...], **values: Any) -> list[Field]:
    names = [name] if repeat is None else [_NUMBERED[section](name, number) for number in range(repeat)]
    if values["ftype"] == "categorical":
        return [Field(one, values=values["values"], shape=shape) for one in names]
    low, high = values["range"]
    return [Field(one, low=low, high=high, integer=values["dtype"] == "INT", shape=shape) for one in names]


# the historical testers counted repeated features from 1, and targets from 0, behind a colon
_NUMBERED: dict[str, Callable[[str, int], str]] = {
    "features": lambda name, number: f"{name}{number + 1}",
    "targets": lambda name, number: f"{name}:{number}",
}


def is_object(value: Any) -> bool:
    return isinstance(value, dict)


def is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_number(value: Any) -> bool:
    """A finite one; an integer that no double can hold is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 1


def _is_list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A list with at least one item."""
    return lambda value: isinstance(value, list) and value != [] and all(map(fits, value))


def _is_one_of(*words: str) -> Callable[[Any], bool]:
    """In either case: the old documents write them in capitals, their examples in small letters."""
    return lambda value: isinstance(value, str) and value.lower() in map(str.lower, words)


def _optional(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or fits(value)


def _is_range(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not all(end == "inf" or _is_number(end) for end in value):
        return False
    low, high = _bounds(value)
    return low <= high and (high - low < math.inf or math.isinf(low) or math.isinf(high))


def _has_integer(value: Any) -> bool:
    if not _is_range(value):
        return False
    low, high = _bounds(value)
    return math.isinf(low) or math.isinf(high) or math.ceil(low) <= math.floor(high)


def _bounds(value: Any) -> tuple[float, float]:
    """Of a range that fits, or of none."""
    low, high = ("inf", "inf") if value is None else value
    return (-math.inf if low == "inf" else float(low)), float(high)


def _sizes(value: Any) -> tuple[int, ...]:
    return (1,) if value is None else tuple(value)


def _same(value: Any) -> Any:
    return value


def _upper(value: Any) -> Any:
    return None if value is None else value.upper()


_NUMBER_DTYPE = _Key("dtype", _is_one_of("INT", "FLOAT"), "INT or FLOAT", _upper)
_ANY_DTYPE = _Key("dtype", _optional(_is_one_of("INT", "FLOAT", "STRING")), "INT, FLOAT or STRING", _upper)
_SCALARS = _is_list_of(lambda value: isinstance(value, str | int | float))
_VALUES = _Key("values", _SCALARS, "a list of at least one text or number", tuple)
_RANGE = _Key("range", _optional(_is_range), '[low, high], with "inf" for no bound', _bounds)
_INTEGER_RANGE = _Key("range", _optional(_has_integer), f"{_RANGE.words} and an integer in between", _bounds)
_ALWAYS = (
    _Key("name", _is_text, "text", _same),
    _Key("ftype", _is_one_of("continuous", "categorical"), "continuous or categorical", str.lower),
    _Key("shape", _optional(_is_list_of(_is_count)), "a list of sizes, each 1 or more", _sizes),
    _Key("repeat", _optional(_is_count), "1 or more", _same),
)
_BY_KIND = {
    ("CONTINUOUS", "INT"): (_NUMBER_DTYPE, _INTEGER_RANGE),
    ("CONTINUOUS", None): (_NUMBER_DTYPE, _RANGE),
    ("CATEGORICAL", None): (_ANY_DTYPE, _VALUES),
}


def _keys(entry: dict[str, Any]) -> tuple[_Key, ...]:
    """The keys that count for an entry of this ftype and dtype. All others are ignored, as they always were."""
    ftype, dtype = (str(entry.get(key)).upper() for key in ("ftype", "dtype"))
    return _ALWAYS + _BY_KIND.get((ftype, dtype), _BY_KIND.get((ftype, None), ()))
