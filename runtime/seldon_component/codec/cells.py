"""The cells of an array as a message can carry them. A part of `values`, which has the table of spellings."""

import numpy as np

from .. import compat
from . import arrays, shapes, times
from .scalars import NoSpelling

_SENT_AS_THEY_ARE = frozenset(map(np.dtype, "?bhilqBHILQefd"))  # native, and all of NUMERIC except long doubles
_EXACT = 2 ** 53  # a double has each integer up to here
_INTEGERS = frozenset(compat.integer_types)
_INTEGER = compat.integer_types + (np.integer,)
_NOT_INTEGERS = frozenset([float, type(None)])


def clean(array, spell):
    """The array with dtype kind b, i, u, f (native, C-contiguous), U, or O of plain values.

    spell: a function (value) -> its plain value, which raises NoSpelling. Raises NoSpelling.
    """
    if type(array) is np.ndarray and array.dtype in _SENT_AS_THEY_ARE and array.flags.c_contiguous:
        return array
    kind = array.dtype.kind
    if hasattr(array, "mask") and isinstance(array, np.ma.MaskedArray):
        return _with_holes(array, spell)
    if kind in arrays.NUMERIC:
        return _numbers(np.asarray(array))
    if kind == "U":
        return np.asarray(array)
    return build(flat_of(array, spell)).reshape(array.shape)


def with_few_rows(array):
    """An array without values. Raises NoSpelling for more rows than a message may have: each is an empty list."""
    if shapes.empty_rows(array.shape) > shapes.MOST_EMPTY_ROWS:
        raise NoSpelling("expected at most %d rows without values, found an array of shape %s; return fewer" % (
            shapes.MOST_EMPTY_ROWS, shapes.describe(array.shape)))
    return array


def build(flat):
    """A 1-D array for a list of plain cells. An integer that a double has not stays one beside other numbers."""
    kinds = set(map(type, flat))
    if kinds & _INTEGERS and kinds & _NOT_INTEGERS and any(type(cell) in _INTEGERS and abs(cell) > _EXACT
                                                           for cell in flat):
        return arrays.of_objects(flat)
    return arrays.build(flat, kinds)


def with_exact_integers(array, as_objects):
    """The array, or the same as objects if it has made floats of integers that a double has not.

    as_objects: a function -> the same cells as an array of objects.
    """
    if array.dtype.kind != "f" or not (np.abs(array) >= _EXACT).any():
        return array
    objects = as_objects()
    return objects if any(isinstance(cell, _INTEGER) for cell in objects.ravel().tolist()) else array


def _numbers(array):
    array = array.astype(np.float64) if array.dtype == np.longdouble else array
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("=")).reshape(array.shape)


def _with_holes(array, spell):
    """A masked array: null in the place of each masked cell."""
    cells, mask = clean(np.ma.getdata(array), spell), np.ma.getmaskarray(array)
    if not mask.any():
        return cells
    cells = cells.astype(object)
    cells[mask] = None
    return build(cells.ravel().tolist()).reshape(array.shape)


def flat_of(array, spell):
    """A list of plain cells for an array of dates, durations, bytes, objects, or text of any length."""
    kind, flat = array.dtype.kind, np.asarray(array).ravel()
    try:
        if kind == "M":
            return times.of_dates(flat)
        if kind == "m":
            return times.of_durations(flat)
    except ValueError as error:
        raise NoSpelling("expected a unit for an array of durations, found %s; convert it" % error)
    if kind not in "SOT":
        raise NoSpelling("expected numbers, text or dates, found an array of dtype %s; convert it" % array.dtype)
    return _spelled(flat.tolist(), array.shape, spell)


def _spelled(flat, shape, spell):
    cells = []
    try:
        for value in flat:
            cells.append(spell(value))
    except NoSpelling as error:
        error.at.append(u"".join(u"[%d]" % index for index in np.unravel_index(len(cells), shape)))
        raise
    return cells
