"""How a single value is spelled. `values` has the table that says which of these functions a kind of value gets.

Each function takes the value and the level of lists and dicts that it is in, and returns a plain value. It raises
NoSpelling.
"""

import numpy as np

from .. import compat
from ..errors import ModelError
from . import times

_BEYOND = "expected a number of 64 bits, found a larger one; convert it to text"


class NoSpelling(Exception):
    """A value that no message can carry.

    words: "expected X, found Y; do Z". at: the parts of its place, the innermost one first.
    """

    def __init__(self, words):
        Exception.__init__(self, words)
        self.words, self.at = words, []

    def model_error(self, field):
        """The ModelError that names the place. field: the place of the outermost value."""
        place = (field + u"".join(reversed(self.at))).lstrip(u".")
        return ModelError(u"%s: %s" % (place or u"value", compat.to_text(self.words)))


def as_it_is(value, level):
    return value


def null(value, level):
    return None


def text(value, level):
    """The characters of a subclass of text, not what its `__str__` says."""
    return compat.exact_text(value)


def utf8(value, level):
    try:
        return compat.bytes_of(value).decode("utf-8")
    except UnicodeDecodeError:
        raise NoSpelling("expected text, found bytes that are not UTF-8; return them alone, as binData")


def words(value, level):
    return compat.text_type(value)


def boolean(value, level):
    return bool(value)


def integer(value, level):
    return int(value)


def number(value, level):
    return float(value)


def decimal(value, level):
    """An integer stays one. Any other number is the nearest double."""
    if value.is_nan():
        return float("nan")
    if value.as_tuple().exponent == 0:
        return int(value)
    nearest = float(value)
    if abs(nearest) == float("inf") and not value.is_infinite():
        raise NoSpelling(_BEYOND)
    return nearest


def fraction(value, level):
    try:
        return float(value)
    except OverflowError:
        raise NoSpelling(_BEYOND)


def date(value, level):
    return times.of_date(value)


def duration(value, level):
    try:
        return times.of_duration(value)
    except ValueError as error:
        raise NoSpelling("expected a duration with a unit, found %s; convert it" % error)


def key(value, plain):
    """The text of a dict's key, a column's name or a label. plain: `value` as it is spelled alone.

    A number, a bool and null have the text that JSON has for them.
    """
    if isinstance(plain, compat.text_type):
        return plain
    if plain is None or plain != plain:
        return u"null"
    if isinstance(plain, bool):
        return u"true" if plain else u"false"
    if isinstance(plain, float):
        return compat.text_type(repr(plain))
    if isinstance(plain, compat.integer_types):
        return u"%d" % plain
    raise NoSpelling("expected a name that is text or a number, found a value of type %s; convert it to text"
                     % type(value).__name__)


def none(value, level):
    """For a value without a spelling."""
    kind = type(value)
    if hasattr(kind, "__next__") or hasattr(kind, "next"):
        raise NoSpelling("expected a list, found an iterator of type %s; make a list of it" % kind.__name__)
    if isinstance(value, np.void):
        raise NoSpelling("expected a dict, found a record of dtype %s; convert it" % value.dtype)
    raise NoSpelling("expected numbers, text, dates, lists or dicts, found a value of type %s; convert it"
                     % kind.__name__)
