"""Inputs and outputs of a model, as its file declares them."""

import collections

import numpy as np

# ONNX's name -> (numpy's dtype, the Open Inference Protocol's name). An array of text has dtype object.
_TYPES = {
    "bool": (np.bool_, u"BOOL"),
    "uint8": (np.uint8, u"UINT8"),
    "uint16": (np.uint16, u"UINT16"),
    "uint32": (np.uint32, u"UINT32"),
    "uint64": (np.uint64, u"UINT64"),
    "int8": (np.int8, u"INT8"),
    "int16": (np.int16, u"INT16"),
    "int32": (np.int32, u"INT32"),
    "int64": (np.int64, u"INT64"),
    "float16": (np.float16, u"FP16"),
    "float": (np.float32, u"FP32"),
    "double": (np.float64, u"FP64"),
    "string": (np.object_, u"BYTES"),
}
_DATATYPES = dict((np.dtype(kind), datatype) for kind, datatype in _TYPES.values())


class Tensor(collections.namedtuple("Tensor", "name dtype shape")):
    """One input or output.

    name: text. dtype: numpy's, `object` for text; None for a value that is not a tensor (a sequence, a map).
    shape: tuple of sizes. A free size, which the request chooses, is its name in the model, or None without a name.
    """

    __slots__ = ()

    @property
    def shape_in_words(self):
        """`[N, 64]`. A free size without a name is `?`."""
        return "[%s]" % ", ".join("?" if size is None else str(size) for size in self.shape)

    @property
    def dtype_in_words(self):
        return "text" if self.dtype == object else str(self.dtype)

    def describe(self):
        """The tensor in the form of the metadata: free sizes are -1."""
        if self.dtype is None:
            return {u"name": self.name}
        return {u"name": self.name, u"datatype": _DATATYPES[self.dtype],
                u"shape": [size if is_fixed(size) else -1 for size in self.shape]}


def dtype_of(name):
    """numpy's dtype for ONNX's name; None if numpy has none."""
    return np.dtype(_TYPES[name][0]) if name in _TYPES else None


def has_datatype(dtype):
    """Whether the Open Inference Protocol has a name for numpy's dtype."""
    return dtype in _DATATYPES


def is_fixed(size):
    """Whether a size of a shape is a number. Free sizes are not."""
    return isinstance(size, int)
