"""Programs of TorchScript. The file knows the names of its inputs, but not their shapes."""

import numpy as np

from .. import compat
from ..codec import arrays
from ..errors import BadPayload
from ..onnx.inputs import converted
from ..onnx.tensor import Tensor
from .adapter import FileAdapter, Written

_INDEX = "aten::embedding"  # takes integers


class Model(FileAdapter):
    PLATFORM = "torchscript"

    @staticmethod
    def written(path):
        return [Written(u"PyTorch", u"torch", "torch", None)]  # the file has no version

    def __init__(self, path, threads):
        import torch

        torch.set_num_threads(threads)
        self._torch = torch
        self._program = torch.jit.load(path, map_location="cpu").eval()
        self.tensors = _inputs(self._program)
        floats = [each.numpy().dtype for each in self._program.state_dict().values() if each.is_floating_point()]
        weights = (floats + [np.dtype(np.float32)])[0]
        self._dtypes = [np.dtype(np.int64) if is_index else weights for is_index in _indices(self._program)]

    def call(self, method, data, names):
        torch = self._torch
        found = zip(_by_input(self.tensors, data, names), self.tensors, self._dtypes)
        inputs = [torch.from_numpy(np.ascontiguousarray(_converted(array, tensor.name, dtype)))
                  for array, tensor, dtype in found]
        with torch.no_grad():
            result = self._program(*inputs)
        if isinstance(result, dict):
            return dict((compat.to_text(name), value.numpy()) for name, value in result.items())
        if isinstance(result, (list, tuple)):
            return dict((u"output_%d" % index, value.numpy()) for index, value in enumerate(result))
        return result.numpy()


def _inputs(program):
    """List of Tensor without dtypes and shapes: which a program takes depends on what it does."""
    return [Tensor(compat.to_text(argument.name), None, ()) for argument in program.forward.schema.arguments[1:]]


def _indices(program):
    """For each input, whether the program looks its numbers up in an embedding."""
    values = list(program.inlined_graph.inputs())[1:]
    return [any(use.user.kind() == _INDEX for use in value.uses()) for value in values]


def _by_input(tensors, data, names):
    """List of ndarray, one an input. Raises BadPayload."""
    expected = [tensor.name for tensor in tensors]
    if isinstance(data, dict) and sorted(data) == sorted(expected):
        return [arrays.from_nested(data[name], u"jsonData." + name) if isinstance(data[name], list)
                else np.asarray(data[name]) for name in expected]
    if isinstance(data, np.ndarray) and len(expected) == 1:
        return [data]
    found = u", ".join(sorted(data)) if isinstance(data, dict) else arrays.describe(data)
    raise BadPayload(u"message: expected %s for the inputs %s, found %s" % (
        u"data" if len(expected) == 1 else u"jsonData", u", ".join(expected), found))


def _converted(array, name, dtype):
    """JSON and protobuf have only 64-bit numbers, so these become the weights' type. Others stay as they are."""
    if array.dtype.kind in "fiu" and array.dtype.itemsize < 8:
        return array
    return converted(array, Tensor(name, dtype, (None,) * array.ndim))
