# -*- coding: utf-8 -*-
"""Values of the kinds that docs/protocol.md, "Values", lists. A class of a package that is not here has a stand-in."""

import datetime
import decimal
import uuid

import numpy as np

ZONE = type("Zone", (datetime.tzinfo,), {
    "utcoffset": lambda self, when: datetime.timedelta(hours=2), "dst": lambda self, when: None})()
DAY, NOON = datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 12, tzinfo=ZONE)
NA = type("NAType", (), {"__module__": "pandas._libs.missing"})()
NAT = type("NaTType", (datetime.datetime,), {"__module__": "pandas._libs.tslibs.nattype"})(1, 1, 1)


class DataFrame(object):
    """Stands for a DataFrame of pandas: numpy reads it, and it has columns."""

    __module__ = "pandas.core.frame"

    def __init__(self, columns, rows):
        self.columns, self._rows = columns, rows
        self.data = self.tags = self.metrics = [0]  # pandas makes attributes of the names of columns

    def __array__(self, dtype=None, copy=None):
        return np.array(self._rows)


def stand_in(package, name, **members):
    return type(name, (object,), dict(members, __module__=package))()


VALUES = {
    "date": lambda: DAY,
    "dates of all kinds": lambda: [[DAY, NOON, np.datetime64("2020-01-02T12", "h"), datetime.time(12)]],
    "dates with nanoseconds": lambda: np.array(["2020-01-02", "2020-01-02T00:00:00.000000001", "NaT"], "M8[ns]"),
    "dates beside numbers": lambda: np.array([[DAY, 1.5, 2]], dtype=object),
    "durations": lambda: np.array([90, "NaT"], "m8[m]"),
    "durations of all kinds": lambda: [datetime.timedelta(1, 1.5), np.timedelta64(-1, "h")],
    "missing values": lambda: {"all": [None, NA, NAT, np.datetime64("NaT"), float("nan"), np.float32("nan")]},
    "missing values beside text": lambda: np.array([["a", None, NA, NAT, float("nan")]], dtype=object),
    "missing numbers in an ndarray": lambda: np.array([[1.5, float("nan")], [2, 3]]),
    "masked": lambda: np.ma.array([["a", "b"]], mask=[[False, True]]),
    "tag of nan": lambda: stand_in("user", "Rich", data=[1], tags={"n": float("nan"), "day": DAY}, metrics=None),
    "metric of Decimal": lambda: stand_in("user", "Rich", data=[1], tags=None, metrics=[
        {"key": "k", "value": decimal.Decimal("1.5"), "tags": {"day": DAY, "on": True}}]),
    "Decimal": lambda: [decimal.Decimal("1.5"), decimal.Decimal(2)],
    "UUID and Path": lambda: [uuid.UUID(int=1), stand_in("pathlib", "Posix", __fspath__=lambda self: "/a")],
    "enum": lambda: {"a": stand_in("enum", "Enum", value=u"red")},
    "bytes-likes": lambda: {"a": [bytearray(b"a"), memoryview(b"b")]},
    "memoryview": lambda: memoryview(b"\x00\xff"),
    "set": lambda: {3, 1, 2},
    "range": lambda: range(3),
    "pydantic": lambda: stand_in("pydantic.main", "BaseModel", model_dump=lambda self: {"day": DAY}),
    "keys that collide": lambda: {"rows": [{1: "a", "1": "b"}]},
    "no spelling": lambda: {"rows": [0, 1, 2, {"when": object()}]},
    "table": lambda: DataFrame(["data", "tags", "metrics"], [[1, 2, 3]]),
    "large integer": lambda: [2 ** 53 + 1, None],
}
