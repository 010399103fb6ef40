"""Dates, times and durations as the text of ISO 8601 (docs/protocol.md, "Values")."""

import numpy as np

from .. import compat

_DAYS = frozenset("YMWD")  # units of datetime64 without a time of day
_DIGITS = {"ms": 3, "us": 6, "ns": 9, "ps": 12, "fs": 15, "as": 18}  # of the fraction of a second, by its unit
_LONG = 6  # digits of a fraction, as Python writes it; more only if it has them
_SECONDS = {"W": 604800, "D": 86400, "h": 3600, "m": 60, "s": 1}
_PER_SECOND = 10 ** 18  # attoseconds, in which each unit is an integer


def of_date(value):
    """Text of a date, a time or both: objects of `datetime`, of pandas, or a datetime64. None for NaT."""
    if isinstance(value, np.datetime64):
        return of_dates(np.array([value]))[0]
    return compat.to_text(value.isoformat())


def of_duration(value):
    """Text of a timedelta, for example P1DT2H0M0.5S. None for NaT. Raises ValueError for a number without a unit."""
    if isinstance(value, np.timedelta64):
        return of_durations(np.array([value]))[0]
    microseconds = (value.days * 86400 + value.seconds) * 10 ** 6 + value.microseconds
    nanoseconds = getattr(value, "nanoseconds", 0)  # of pandas
    return _duration((microseconds * 1000 + nanoseconds) * 10 ** 9)


def of_dates(array):
    """List of text for a flat array of datetime64, None for NaT. A date without a time of day is a date alone."""
    missing = np.isnat(array).tolist()
    if all(missing):
        return [None] * len(missing)
    unit = np.datetime_data(array.dtype)[0]
    array = array.astype("M8[D]" if unit == "W" else "M8[%s]" % unit)
    seconds = array if unit in _DAYS else array.astype("M8[s]")
    texts = [compat.to_text(text) for text in seconds.astype("U").tolist()]
    if unit in _DIGITS:
        rest = (array - seconds).astype("i8").tolist()
        texts = [text + _fraction(part, _DIGITS[unit]) for text, part in zip(texts, rest)]
    return [None if is_missing else text for is_missing, text in zip(missing, texts)]


def _fraction(part, digits):
    if not part:
        return u""
    text = (u"%0*d" % (digits, part)).ljust(_LONG, u"0")
    return u"." + (text[:_LONG] if not text[_LONG:].strip(u"0") else text)


def of_durations(array):
    """List of text for a flat array of timedelta64, None for NaT. Raises ValueError for numbers without a unit."""
    missing = np.isnat(array).tolist()
    if all(missing):
        return [None] * len(missing)
    unit, count = np.datetime_data(array.dtype)
    if unit == "generic":
        raise ValueError("a duration without a unit")
    numbers = [number * count for number in array.astype("i8").tolist()]
    return [None if is_missing else _in_unit(number, unit) for is_missing, number in zip(missing, numbers)]


def _in_unit(number, unit):
    if unit in ("Y", "M"):
        return (u"-" if number < 0 else u"") + u"P%d%s" % (abs(number), unit)
    if unit in _DIGITS:
        return _duration(number * 10 ** (18 - _DIGITS[unit]))
    return _duration(number * _SECONDS[unit] * _PER_SECOND)


def _duration(attoseconds):
    """The form of pandas, but with the sign before it: a negative number of days and positive hours mislead."""
    seconds, rest = divmod(abs(attoseconds), _PER_SECOND)
    fraction = (u".%018d" % rest).rstrip(u"0") if rest else u""
    days, seconds = divmod(seconds, 86400)
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    sign = u"-" if attoseconds < 0 else u""
    return sign + u"P%dDT%dH%dM%d%sS" % (days, hours, minutes, seconds % 60, fraction)
