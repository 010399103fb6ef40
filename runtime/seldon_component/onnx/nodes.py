"""Finds the node of an ONNX file that an engine cannot compute. It reads the file without the package onnx.

An engine's own error names an operator, or nothing. So the engine loads prefixes of the graph. A binary search finds
the longest prefix that it accepts: the next node is the one at fault.
"""

import os
import tempfile

import numpy as np

from .. import compat

# fields of onnx.proto: ModelProto's graph, GraphProto's nodes and outputs, ValueInfoProto's name
_GRAPH, _NODE, _OUTPUT, _VALUE_NAME = 7, 1, 12, 1
_NODE_TEXTS = {2: "output", 3: "name", 4: "operator"}
_VARINT, _BYTES = 0, 2  # protobuf's wire types; the others have a fixed width
_WIDTHS = {1: 8, 5: 4}


def first_that_fails(path, load):
    """(the first node that cannot be computed, in words; the error's text), or ("", "") if no node is at fault.

    path: of the file. load: takes the path of a file with a prefix of the graph; raises if the prefix is too long.
    Raises ValueError if the file is not an ONNX file, OSError if its folder cannot be written to.
    """
    nodes = Nodes(path)
    good, bad, text = 0, len(nodes) + 1, ""  # counts of nodes
    while bad - good > 1:
        count = (good + bad) // 2
        error = _error_of(nodes, count, path, load)
        if error is None:
            good = count
        else:
            bad, text = count, error
    return (nodes.in_words(bad - 1), text) if text else ("", "")


def _error_of(nodes, count, path, load):
    # in the same folder: the file may have its constants in other files, whose paths are relative to it
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), suffix=os.path.splitext(path)[1]) as part:
        part.write(nodes.prefix(count))
        part.flush()
        try:
            load(part.name)
        except Exception as error:
            return compat.error_text(error).replace(part.name, path)
    return None


class Nodes(object):
    """The nodes of the file at `path`. Raises ValueError if it is not an ONNX file."""

    def __init__(self, path):
        model = list(_fields(np.fromfile(path, np.uint8)))
        self._beside_graph = [whole for number, _, whole in model if number != _GRAPH]
        graph = [field for number, value, _ in model if number == _GRAPH for field in _fields(value)]
        self._beside_nodes = [whole for number, _, whole in graph if number not in (_NODE, _OUTPUT)]
        self._nodes = [(_texts(value), whole) for number, value, whole in graph if number == _NODE]

    def __len__(self):
        return len(self._nodes)

    def in_words(self, index):
        """`'dense_1' (MatMul)`. A node without a name is named after its first output."""
        texts, _ = self._nodes[index]
        name = (texts["name"] + texts["output"] + [""])[0]
        return u"'%s' (%s)" % (name, "".join(texts["operator"]))

    def prefix(self, count):
        """The bytes of a file with the first `count` nodes. Its outputs are those of the last of them."""
        texts, _ = self._nodes[count - 1]
        outputs = [_field(_OUTPUT, _field(_VALUE_NAME, name.encode("utf-8"))) for name in texts["output"]]
        nodes = [whole for _, whole in self._nodes[:count]]
        parts = [whole.tobytes() for whole in self._beside_nodes + nodes]
        return b"".join([whole.tobytes() for whole in self._beside_graph] + [_field(_GRAPH, b"".join(parts + outputs))])


def _texts(node):
    """{"name", "operator", "output": list of the node's texts that are not empty}"""
    texts = dict((name, []) for name in _NODE_TEXTS.values())
    for number, value, _ in _fields(node):
        if number in _NODE_TEXTS and len(value):
            texts[_NODE_TEXTS[number]].append(value.tobytes().decode("utf-8", "replace"))
    return texts


def _fields(message):
    """Triples (number, value, the whole field): views into uint8 `message`. The value of a number is empty."""
    start = 0
    while start < len(message):
        tag, at = _varint(message, start)
        size = _WIDTHS.get(tag & 7, 0)
        if tag & 7 in (_VARINT, _BYTES):
            size, at = _varint(message, at)
        elif not size:
            raise ValueError("not a protobuf message: a field of type %d" % (tag & 7))
        end = at if tag & 7 == _VARINT else at + size
        if end > len(message):
            raise ValueError("not a protobuf message: a field ends beyond it")
        yield tag >> 3, message[at:end] if tag & 7 == _BYTES else message[:0], message[start:end]
        start = end


def _varint(message, at):
    """(the number at `at`, the offset after it)"""
    number = shift = 0
    while at < len(message):
        byte = int(message[at])
        number, shift, at = number | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return number, at
    raise ValueError("not a protobuf message: a number ends beyond it")


def _field(number, value):
    """The encoding of a field that holds bytes."""
    head, size = bytearray([number << 3 | _BYTES]), len(value)
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    return bytes(head) + bytearray([size]) + value
