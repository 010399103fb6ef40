"""The dict of a class's `get_state` as a file. Reading a hostile file runs no code: it is refused.

The file: the index's length as `<I`, the index, the bytes of the values in the index's order. The index is JSON: a list
of entries in the order of their names. Each entry is of one of the KINDS:
["n", "number", 3]  ["t", "text", "rose"]  ["b", "bytes", length]  ["a", "array", dtype, shape]
"""

from __future__ import unicode_literals

import json
import re
import struct

import numpy as np

from .. import compat
from ..codec import arrays
from ..errors import BadState

KINDS = ("number", "text", "bytes", "array")
_SIZE = struct.Struct(str("<I"))
_INDEX_LIMIT = 1 << 24  # bytes
_DTYPE = re.compile(r"[<>|][biufcSUMm][0-9]{1,9}(\[[0-9]*[a-zA-Z]{1,2}\])?\Z")
_ARRAY_KINDS = "biufcSUMm"
_RANK_LIMIT = 32


def write(state, file):
    """Write a dict of arrays, numbers, text and bytes to a binary file. Raises BadState, which names a wrong value."""
    if not isinstance(state, dict):
        raise BadState("get_state: expected a dict, found %s" % arrays.describe(state))
    named = sorted((compat.to_text(name), value) for name, value in state.items())
    entries, bodies = [], []
    for name, value in named:
        entry, body = _entry(name, value)
        entries.append([name] + entry)
        bodies.append(body)
    index = json.dumps(entries).encode("ascii")
    file.write(_SIZE.pack(len(index)) + index)
    for body in bodies:
        file.write(body)


def read(file):
    """The dict in a file that `write` has written; its arrays are writable. Raises BadState for any other file."""
    state = dict((entry[0], _value(entry, file)) for entry in read_index(file))
    if file.read(1):
        raise BadState("the stored dict is longer than its index says")
    return state


def read_index(file):
    """The checked entries of that file's index. Afterwards the file is positioned after the index."""
    size, = _SIZE.unpack(_exactly(file, _SIZE.size))
    if size > _INDEX_LIMIT:
        raise BadState("the stored dict's index: expected at most %d bytes, found %d" % (_INDEX_LIMIT, size))
    try:
        entries = json.loads(_exactly(file, size).decode("ascii"))
    except ValueError:
        raise BadState("the stored dict's index is not JSON")
    if not isinstance(entries, list) or not all(_is_entry(entry) for entry in entries):
        raise BadState("the stored dict's index has an entry that is not one of: %s" % ", ".join(KINDS))
    return entries


def size_of(entry):
    """Bytes that an entry's value takes after the index."""
    if entry[1] == "array":
        count = 1
        for length in entry[3]:
            count *= length  # these are Python's own integers, which cannot overflow
        return count * np.dtype(str(entry[2])).itemsize
    return entry[2] if entry[1] == "bytes" else 0


def _entry(name, value):
    """(entry without its name, bytes-like) of a value."""
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        value = value.item()
    if isinstance(value, (bool, float) + compat.integer_types):
        return ["number", value], b""
    if isinstance(value, compat.text_type):
        return ["text", compat.text_type(value)], b""
    if isinstance(value, (bytes, bytearray)):
        return ["bytes", len(value)], bytes(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in _ARRAY_KINDS:
        body = compat.buffer_of(np.ascontiguousarray(value)) if value.size else b""
        return ["array", compat.to_text(value.dtype.str), list(value.shape)], body
    found = "an array of dtype %s" % value.dtype if isinstance(value, np.ndarray) else arrays.describe(value)
    raise BadState("get_state: '%s': expected an array, a number, text or bytes, found %s" % (name, found))


def _is_entry(entry):
    if not isinstance(entry, list) or len(entry) < 3 or not isinstance(entry[0], compat.text_type):
        return False
    kind, first = entry[1:3]
    if kind == "array":
        return len(entry) == 4 and _is_dtype(first) and _is_shape(entry[3])
    if kind == "bytes":
        return len(entry) == 3 and _is_length(first)
    allowed = {"number": (bool, float) + compat.integer_types, "text": compat.text_type}
    return len(entry) == 3 and kind in ("number", "text") and isinstance(first, allowed[kind])


def _is_dtype(text):
    if not isinstance(text, compat.text_type) or not _DTYPE.match(text):
        return False
    try:
        np.dtype(str(text))
    except (TypeError, ValueError):
        return False
    return True


def _is_shape(shape):
    return isinstance(shape, list) and len(shape) <= _RANK_LIMIT and all(_is_length(length) for length in shape)


def _is_length(value):
    return isinstance(value, compat.integer_types) and not isinstance(value, bool) and 0 <= value < 1 << 62


def _value(entry, file):
    kind, first = entry[1:3]
    if kind == "bytes":
        return _exactly(file, first)
    if kind == "array":
        data = bytearray(_exactly(file, size_of(entry)))
        dtype = np.dtype(str(first))
        return (np.frombuffer(data, dtype) if data else np.zeros(0, dtype)).reshape(entry[3])
    return first


def _exactly(file, size):
    """The file's next bytes, read in parts, so that a wrong length takes no memory."""
    parts, left = [], size
    while left:
        part = file.read(min(left, 1 << 24))
        if not part:
            raise BadState("the stored dict is shorter than its index says")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
