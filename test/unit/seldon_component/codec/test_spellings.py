"""seldon_component.codec.values: the table that says how each kind of the user's value is spelled (docs/protocol.md)."""

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import math
import pathlib
import types
import uuid
from typing import Any

import attrs
import numpy as np
import pydantic
import pytest
from seldon_component.codec import values
from seldon_component.errors import ModelError

UTC = datetime.UTC


class Shade(str, enum.Enum):  # noqa: UP042
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Plain(enum.Enum):
    PAIR = (1, datetime.date(2020, 1, 2))


class Loud(str):
    __slots__ = ()

    def __str__(self):
        return "LOUD"


class Pages(collections.UserDict):
    """A dict by its methods alone."""


def of_package(package, name, *bases, **members):
    """A class that stands for one of a package that is not installed here."""
    return type(name, bases, {"__module__": package, **members})


NAType = of_package("pandas._libs.missing", "NAType")
NaTType = of_package("pandas._libs.tslibs.nattype", "NaTType", datetime.datetime)
Timedelta = of_package("pandas", "Timedelta", datetime.timedelta, nanoseconds=5)


@dataclasses.dataclass
class Box:
    when: object
    inner: object = None
    count: dataclasses.InitVar[int] = 0


@attrs.define
class Crate:
    when: object


class Record(pydantic.BaseModel):
    when: datetime.date
    price: decimal.Decimal
    url: pydantic.AnyUrl | None = None


DAY, DAY_TEXT = datetime.date(2020, 1, 2), "2020-01-02"
SPELLED: dict[str, tuple[Any, Any]] = {
    "date": (DAY, DAY_TEXT),
    "datetime": (datetime.datetime(2020, 1, 2, 3, 4, 5), "2020-01-02T03:04:05"),  # noqa: DTZ001
    "microseconds": (datetime.datetime(2020, 1, 2, 3, 4, 5, 600), "2020-01-02T03:04:05.000600"),  # noqa: DTZ001
    "zone": (datetime.datetime(2020, 1, 2, tzinfo=UTC), "2020-01-02T00:00:00+00:00"),
    "time": (datetime.time(3, 4), "03:04:00"),
    "timedelta": (datetime.timedelta(1, 7200, 500000), "P1DT2H0M0.5S"),
    "negative timedelta": (datetime.timedelta(hours=-1), "-P0DT1H0M0S"),
    "pandas.Timedelta": (Timedelta(seconds=1), "P0DT0H0M1.000000005S"),
    "datetime64": (np.datetime64("2020-01-02T03:04:05.5", "ms"), "2020-01-02T03:04:05.500000"),
    "datetime64, week": (np.datetime64("2020-01-02", "W"), "2020-01-02"),
    "datetime64, month": (np.datetime64("2020-01", "M"), "2020-01"),
    "datetime64, hours": (np.datetime64("2020-01-02T03", "h"), "2020-01-02T03:00:00"),
    "datetime64, before 1970": (np.datetime64("1969-12-31T23:59:59.9", "ns"), "1969-12-31T23:59:59.900000"),
    "datetime64, nanoseconds": (np.datetime64(1, "ns"), "1970-01-01T00:00:00.000000001"),
    "timedelta64": (np.timedelta64(90, "m"), "P0DT1H30M0S"),
    "timedelta64, days": (np.timedelta64(-2, "D"), "-P2DT0H0M0S"),
    "timedelta64, months": (np.timedelta64(5, "M"), "P5M"),
    "timedelta64, attoseconds": (np.timedelta64(5, "as"), "P0DT0H0M0.000000000000000005S"),
    "timedelta64, several units": (np.array([3], "m8[25s]")[0], "P0DT0H1M15S"),
    "NaT": (np.datetime64("NaT"), None),
    "NaT of a duration": (np.timedelta64("NaT"), None),
    "pandas.NaT": (NaTType(2020, 1, 1), None),
    "pandas.NA": (NAType(), None),
    "masked": (np.ma.masked, None),
    "Decimal": (decimal.Decimal("1.5"), 1.5),
    "whole Decimal": (decimal.Decimal(2**70), 2**70),
    "large Decimal": (decimal.Decimal("1E+20"), 1e20),
    "infinite Decimal": (decimal.Decimal("-Infinity"), -math.inf),
    "Fraction": (fractions.Fraction(1, 2), 0.5),
    "UUID": (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    "Path": (pathlib.PurePosixPath("/a/b"), "/a/b"),
    "address": (ipaddress.ip_address("::1"), "::1"),
    "text enum": (Shade.RED, "red"),
    "integer enum": (Level.LOW, 1),
    "enum": (Plain.PAIR, [1, DAY_TEXT]),
    "text subclass": (Loud("quiet"), "quiet"),
    "bytes": (bytearray("é".encode()), "é"),
    "memoryview": (memoryview(b"ab"), "ab"),
    "set": ({3, 1, 2}, [1, 2, 3]),
    "set of dates": (frozenset([DAY]), [DAY_TEXT]),
    "range": (range(3), [0, 1, 2]),
    "deque": (collections.deque([DAY]), [DAY_TEXT]),
    "array.array": (array.array("d", [1, 2]), [1.0, 2.0]),
    "views": ([{"a": 1}.keys(), {"a": 1}.values(), {"a": 1}.items()], [["a"], [1], [["a", 1]]]),
    "mappings": ([Pages(a=1), types.MappingProxyType({"b": 2}), collections.ChainMap({"c": 3})], [{"a": 1}, {"b": 2}, {"c": 3}]),
    "dataclass": (Box(DAY, [Box(1)]), {"when": DAY_TEXT, "inner": [{"when": 1, "inner": None}]}),
    "attrs": (Crate(DAY), {"when": DAY_TEXT}),
    "pydantic": (Record.model_validate({"when": DAY, "price": "1.5", "url": "http://a/"}), {"when": DAY_TEXT, "price": 1.5, "url": "http://a/"}),
    "array of dates": (np.array([DAY, "NaT"], "M8[ns]"), ["2020-01-02T00:00:00", None]),
    "array of durations": (np.array([1, "NaT"], "m8[s]"), ["P0DT0H0M1S", None]),
    "dates beside numbers": (np.array([[DAY, 1, None, decimal.Decimal("0.5")]], object), [[DAY_TEXT, 1, None, 0.5]]),
    "array of masked numbers": (np.ma.array([1.5, 2], mask=[False, True]), [1.5, math.nan]),
    "array of masked text": (np.ma.array(["a", "b"], mask=[False, True]), ["a", None]),
    "array of long doubles": (np.array([1.5], np.longdouble), [1.5]),
    "array of texts of any length": (np.array(["a", "bc"], np.dtypes.StringDType()), ["a", "bc"]),
    "array of texts, one missing": (np.array(["a", None], np.dtypes.StringDType(na_object=None)), ["a", None]),
    "array of bytes": (np.array([b"a"]), ["a"]),
    "keys": ({True: 1, None: 2, 1.5: 3, np.int8(4): 4, Shade.RED: 5, DAY: 6, b"b": 7},
             {"true": 1, "null": 2, "1.5": 3, "4": 4, "red": 5, DAY_TEXT: 6, "b": 7}),
}


@pytest.mark.parametrize("name", SPELLED)
def test_a_value_is_spelled_alike_alone_in_lists_and_in_dicts(name):
    value, expected = SPELLED[name]
    for made, wanted in ((value, expected), ([value], [expected]), ({"a": (value,)}, {"a": [expected]})):
        found = values.plain(made)
        assert repr(found) == repr(wanted)


@pytest.mark.parametrize("name", [name for name, (_, spelled) in SPELLED.items() if not isinstance(spelled, list | dict)])
def test_a_cell_is_spelled_as_the_value_alone(name):
    value, expected = SPELLED[name]
    cells = np.empty(2, object)
    cells[:] = [value, "text"]
    assert repr(values.clean(cells).tolist()) == repr([expected, "text"])


NO_SPELLING = "expected numbers, text, dates, lists or dicts, found a value of type"


@pytest.mark.parametrize(("value", "text"), [
    ({"rows": [1, 2, 3, {"when": object()}]}, f"jsonData.rows[3].when: {NO_SPELLING} object; convert it"),
    ({"a": {"b": (1, 1j)}}, f"jsonData.a.b[1]: {NO_SPELLING} complex; convert it"),
    ([[1], [object()]], f"data.ndarray[1][0]: {NO_SPELLING} object; convert it"),
    (Box([object()]), f"jsonData.when[0]: {NO_SPELLING} object; convert it"),
    ({"a": np.array([[1, object()]])}, f"jsonData.a[0][1]: {NO_SPELLING} object; convert it"),
    ({"a": np.array([1j])}, "jsonData.a: expected numbers, text or dates, found an array of dtype complex128; convert it"),
    ({"a": np.zeros(1, [("b", int)])[0]}, "jsonData.a: expected a dict, found a record of dtype [('b', '<i8')]; convert it"),
    ({"a": iter([])}, "jsonData.a: expected a list, found an iterator of type list_iterator; make a list of it"),
    ({"a": (n for n in [1])}, "jsonData.a: expected a list, found an iterator of type generator; make a list of it"),
    ({"a": b"\xff"}, "jsonData.a: expected text, found bytes that are not UTF-8; return them alone, as binData"),
    ({"a": np.timedelta64(5)}, "jsonData.a: expected a duration with a unit, found a duration without a unit; convert it"),
    ({"a": decimal.Decimal("1E+999")}, "jsonData.a: expected a number of 64 bits, found a larger one; convert it to text"),
    ({"a": fractions.Fraction(10**400)}, "jsonData.a: expected a number of 64 bits, found a larger one; convert it to text"),
    ({1: "a", "1": "b"}, "jsonData: expected keys with different spellings, found two that are spelled '1'; rename one"),
    ({"r": [{True: 1, "true": 2}]},
     "jsonData.r[0]: expected keys with different spellings, found two that are spelled 'true'; rename one"),
    ({"a": {(1, 2): 3}},
     "jsonData.a: expected a name that is text or a number, found a value of type tuple; convert it to text"),
], ids=str)
def test_the_place_and_the_type_of_a_value_without_a_spelling_are_named(value, text):
    with pytest.raises(ModelError) as caught:
        values.plain_answer(value)
    assert str(caught.value) == text


def test_the_place_in_an_array_is_named():
    with pytest.raises(ModelError, match=rf"^data.ndarray\[1\]\[0\]: {NO_SPELLING} object; convert it$"):
        values.clean(np.array([[1, 2], [object(), 3]], object))
