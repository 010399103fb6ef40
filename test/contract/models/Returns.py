# -*- coding: utf-8 -*-
from collections import OrderedDict

import numpy as np
import spellings


class Answer(object):
    """A value that brings its own tags and metrics."""

    def __init__(self, data, tags=None, metrics=None):
        self.data = data
        self.tags = tags
        self.metrics = metrics


class Frame(object):
    """Whatever numpy can read, as a DataFrame."""

    def __array__(self, dtype=None, copy=None):
        return np.array([[1, 2], [3, 4]])


class Refused(Exception):
    def __init__(self, message, status_code, reason=None):
        Exception.__init__(self, message)
        self.status_code = status_code
        if reason:
            self.reason = reason


class Code(int):
    """As http.HTTPStatus is one."""


class Described(Exception):
    status_code = 422

    def to_dict(self):
        return {"problem": "too hot", "degrees": np.float64(451)}


class BadlyDescribed(Exception):
    status_code = 422

    def to_dict(self):
        raise ValueError("no words")


class Stubborn(Exception):
    def __str__(self):
        raise ValueError("says nothing")


class Unusual(BaseException):
    """Not an Exception, as KeyboardInterrupt and asyncio.CancelledError are none."""


class Bare:
    """In Python 2 no exception at all, and yet it can be raised."""

    def __str__(self):
        return "bare"


class Faceless(Exception):
    """Nothing of it can be looked at."""
    __class__ = args = property(lambda self: fail(ValueError("says nothing")))

    def __str__(self):
        raise ValueError("says nothing")


# without a module, as classes are that a template makes
Homeless = eval("type('Homeless', (Exception,), {})", {})


class Shy(Exception):
    @property
    def status_code(self):
        raise KeyError("no code")


class Leaving(Exception):
    status_code = 422

    def to_dict(self):
        raise SystemExit(4)


class WithReasonAlone(Exception):
    reason = ["no", "text"]


def fail(error):
    raise error


def cancel():
    try:
        from asyncio import CancelledError
    except ImportError:  # Python 2
        class CancelledError(BaseException):
            pass
    raise CancelledError("gone")


def metric(**changes):
    return Answer([1], metrics=[dict({"key": "k", "type": "GAUGE", "value": 1}, **changes)])


VALUES = {
    "float32": lambda: np.array([[0.1]], dtype=np.float32),
    "float16": lambda: np.array([0.1], dtype=np.float16),
    "int8": lambda: np.array([[-128, 127]], dtype=np.int8),
    "uint64": lambda: np.array([2 ** 64 - 1], dtype=np.uint64),
    "big endian": lambda: np.array([1, 258], dtype=">i4"),
    "bools": lambda: np.array([True, False]),
    "text": lambda: np.array(["a", u"\u65e5"]),
    "bytes array": lambda: np.array([b"a"]),
    "mixed": lambda: np.array([["a", 1, 2.5, None, True]], dtype=object),
    "nan": lambda: np.array([[np.nan, np.inf, -np.inf, 1.5]]),
    "nan in a list": lambda: [float("nan"), 1],
    "nan in a dict": lambda: {"a": float("inf"), "b": [np.float32("nan")]},
    "scalar": lambda: 5,
    "float": lambda: 0.1,
    "bool": lambda: True,
    "numpy scalar": lambda: np.int64(5),
    "array without dimensions": lambda: np.array(5),
    "list": lambda: [1, 2],
    "tuple of tuples": lambda: ((1, 2), (3, 4)),
    "ragged list": lambda: [[1], [2, 3]],
    "list of arrays": lambda: [np.arange(2), np.arange(2)],
    "empty list": lambda: [],
    "empty matrix": lambda: np.empty((0, 2)),
    "three dimensions": lambda: np.arange(4).reshape(2, 1, 2),
    "transposed": lambda: np.arange(4).reshape(2, 2).T,
    "huge": lambda: np.array([2 ** 70], dtype=object),
    "huge in a dict": lambda: {"n": 2 ** 70},
    "dates": lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
    "frame": lambda: Frame(),
    "str": lambda: u"\xe9",
    "bytes": lambda: bytearray(b"\x00\xff"),
    "dict": lambda: OrderedDict([("a", np.arange(2)), (u"\xe9", {1: np.float32(0.5)}), ("n", None)]),
    "rich": lambda: Answer([[1, 2]], {"own": np.int64(1)}, [{"key": "k", "type": "TIMER", "value": 1.5}]),
    "None": lambda: None,
    "object": lambda: object(),
    "complex": lambda: np.array([1j]),
    "object in a dict": lambda: {"a": [object()]},
    "bytes in a dict": lambda: {"a": b"\xff"},
    "tags that are a list": lambda: Answer([1], tags=["a"]),
    "metrics that are text": lambda: Answer([1], metrics="k"),
    "metric without a key": lambda: metric(key=""),
    "metric of no type": lambda: metric(type="SUM"),
    "metric of no value": lambda: metric(value="1"),
    "metric with tags": lambda: metric(tags={"n": 5}),
    "ValueError": lambda: fail(ValueError("bad value")),
    "TypeError": lambda: fail(TypeError("predict() takes exactly 3 arguments (2 given)")),
    "unicode error": lambda: fail(ValueError(u"\u65e5\u672c")),
    "status": lambda: fail(Refused("too hot", 451)),
    "status and reason": lambda: fail(Refused("too hot", 418, "TEAPOT")),
    "status 200": lambda: fail(Refused("fine", 200)),
    "status out of range": lambda: fail(Refused("odd", 42)),
    "status that is text": lambda: fail(Refused("odd", "404")),
    "status that is a bool": lambda: fail(Refused("odd", True)),
    "reason that is no text": lambda: fail(Refused("odd", 409, ["no", "text"])),
    "status that is more than a number": lambda: fail(Refused("odd", Code(409))),
    "reason alone": lambda: fail(WithReasonAlone("odd")),
    "to_dict": lambda: fail(Described("x")),
    "to_dict that raises": lambda: fail(BadlyDescribed("x")),
    "no words": lambda: fail(Stubborn()),
    "no face": lambda: fail(Faceless()),
    "no module": lambda: fail(Homeless("bad value")),
    "status 201": lambda: fail(Refused("fine", 201)),
    "status 299": lambda: fail(Refused("fine", 299)),
    "status 302": lambda: fail(Refused("elsewhere", 302)),
    "interrupt": lambda: fail(KeyboardInterrupt("stop")),
    "generator exit": lambda: fail(GeneratorExit("closed")),
    "own base": lambda: fail(Unusual("own")),
    "bare": lambda: fail(Bare()),
    "cancelled": cancel,
    "status that raises": lambda: fail(Shy("odd")),
    "to_dict that exits": lambda: fail(Leaving("x")),
    "exit": lambda: fail(SystemExit(3)),
    "NotImplementedError": lambda: fail(NotImplementedError("later")),
}


class Returns(object):
    """Returns the value that the request's text names."""

    def predict(self, X):
        name = X if hasattr(X, "lower") else X.ravel()[0]
        return (VALUES.get(name) or spellings.VALUES[name])()
