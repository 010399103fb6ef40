"""The nodes of an ONNX file, read without onnx: which of them an engine cannot compute.

An engine's own words name an operator, or nothing. So it is given ever other beginnings of the graph, until one is
found that it takes, and that it refuses with the next node.
"""

import os
import tempfile

import numpy as np

from .. import compat
from .engine_names import ENDING

# fields of onnx.proto: ModelProto's graph, GraphProto's nodes and outputs, ValueInfoProto's name
_GRAPH, _NODE, _OUTPUT, _VALUE_NAME = 7, 1, 12, 1
_NODE_TEXTS = {2: "output", 3: "name", 4: "operator"}
_VARINT, _BYTES = 0, 2  # protobuf's types of fields; the others have a width
_WIDTHS = {1: 8, 5: 4}


def first_that_fails(path, load):
    """(the first node that cannot be computed, in words; the error's text), ("", "") where no node is at fault.

    path: of the file. load: takes the path of one that holds a beginning of it, and raises where that is too long.
    Raises ValueError for a file that is none of ONNX, OSError where its folder cannot be written to.
    """
    nodes = Nodes(path)
    good, bad, text = 0, len(nodes) + 1, ""  # counts of nodes
    while bad - good > 1:
        count = (good + bad) // 2
        error = _error_of(nodes, count, path, load)
        good, bad, text = (count, bad, text) if error is None else (good, count, error)
    return (nodes.in_words(bad - 1), text) if text else ("", "")


def _error_of(nodes, count, path, load):
    # beside the file: it may have the constants in others, and names them by where it is itself
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), suffix=ENDING) as part:
        part.write(nodes.beginning(count))
        part.flush()
        try:
            load(part.name)
        except Exception as error:
            return compat.error_text(error).replace(part.name, path)
    return None


class Nodes(object):
    """The file at `path`. Raises ValueError for one that is none of ONNX."""

    def __init__(self, path):
        model = list(_fields(np.fromfile(path, np.uint8)))
        self._around = [whole for number, _, whole in model if number != _GRAPH]
        graph = [field for number, value, _ in model if number == _GRAPH for field in _fields(value)]
        self._beside = [whole for number, _, whole in graph if number not in (_NODE, _OUTPUT)]
        self._nodes = [(_texts(value), whole) for number, value, whole in graph if number == _NODE]

    def __len__(self):
        return len(self._nodes)

    def in_words(self, index):
        """`'dense_1' (MatMul)`; a node without a name is called by what it computes."""
        texts, _ = self._nodes[index]
        name = (texts["name"] + texts["output"] + [""])[0]
        return u"'%s' (%s)" % (name, "".join(texts["operator"]))

    def beginning(self, count):
        """The bytes of a file with the first `count` nodes, whose outputs are those of the last of them."""
        texts, _ = self._nodes[count - 1]
        outputs = [_field(_OUTPUT, _field(_VALUE_NAME, name.encode("utf-8"))) for name in texts["output"]]
        parts = [whole.tobytes() for whole in self._beside] + [whole.tobytes() for _, whole in self._nodes[:count]]
        return b"".join([whole.tobytes() for whole in self._around] + [_field(_GRAPH, b"".join(parts + outputs))])


def _texts(node):
    """{"name", "operator", "output": the texts of a node that are not empty}"""
    texts = dict((name, []) for name in _NODE_TEXTS.values())
    for number, value, _ in _fields(node):
        if number in _NODE_TEXTS and len(value):
            texts[_NODE_TEXTS[number]].append(value.tobytes().decode("utf-8", "replace"))
    return texts


def _fields(message):
    """Triples (number, value, the whole field), views into uint8 `message`; a value that is a number is empty."""
    start = 0
    while start < len(message):
        tag, at = _varint(message, start)
        size = _WIDTHS.get(tag & 7, 0)
        if tag & 7 in (_VARINT, _BYTES):
            size, at = _varint(message, at)
        elif not size:
            raise ValueError("no protobuf message: a field of type %d" % (tag & 7))
        end = at if tag & 7 == _VARINT else at + size
        if end > len(message):
            raise ValueError("no protobuf message: a field ends beyond it")
        yield tag >> 3, message[at:end] if tag & 7 == _BYTES else message[:0], message[start:end]
        start = end


def _varint(message, at):
    """(the number that begins at `at`, where it ends)"""
    number = shift = 0
    while at < len(message):
        byte = int(message[at])
        number, shift, at = number | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return number, at
    raise ValueError("no protobuf message: a number ends beyond it")


def _field(number, value):
    """A field of bytes."""
    head, size = bytearray([number << 3 | _BYTES]), len(value)
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    return bytes(head) + bytearray([size]) + value
