"""Prepares an ONNX file for nGraph: every size is a number, and every operator of an opset that nGraph knows."""

import itertools

import numpy as np

from ..errors import OnnxNotLoaded
from .tensor import Tensor, is_fixed

NEWEST_OPSET = 10  # of nGraph 0.26, which reads newer ones as this one, even if their operators differ
_POOLS, _IGNORED = ("MaxPool", "AveragePool"), ("ceil_mode", "dilations")  # new in opset 10
_ONNX = ("", "ai.onnx")  # the two names of ONNX's own domain


class NgraphSource(object):
    """The file at `path`. inputs, outputs: lists of Tensor. Raises google.protobuf's DecodeError for a broken file."""

    def __init__(self, path, runtime):
        import onnx

        self._runtime = runtime
        self._model = onnx.load(path)
        if not self._model.graph.output:
            raise ValueError("it has no outputs: not an ONNX file, or a broken one")
        constants = set(constant.name for constant in self._model.graph.initializer)
        self._inputs = [value for value in self._model.graph.input if value.name not in constants]
        self.inputs = [_tensor(value) for value in self._inputs]
        self.outputs = [_tensor(value) for value in self._model.graph.output]

    def smallest_shapes(self):
        """Shapes of the inputs with 1 for every free size."""
        return tuple(tuple(size if is_fixed(size) else 1 for size in tensor.shape) for tensor in self.inputs)

    def compile(self, shapes):
        """nGraph's computation for inputs of these shapes: takes an ndarray an input, returns a list of ndarray."""
        from ngraph_onnx.onnx_importer.importer import import_onnx_model

        sized = type(self._model)()
        sized.CopyFrom(self._model)
        values = dict((value.name, value) for value in sized.graph.input)
        for value, shape in zip(self._inputs, shapes):
            for dimension, size in zip(values[value.name].type.tensor_type.shape.dim, shape):
                dimension.dim_value = size
        for known in sized.opset_import:
            known.version = min(known.version, NEWEST_OPSET)
        return self._runtime.computation(import_onnx_model(sized))

    def check_supported(self, advice):
        """Raises ValueError for a model that nGraph cannot compute.

        Raises OnnxNotLoaded for a node that nGraph would compute wrongly; names the node, and ends with `advice`.
        """
        self._check_opset(advice)
        self._check_attributes(advice)
        try:
            self._try(self.smallest_shapes())
        except Exception as error:
            if "does not support" in str(error) or not self._sizes_may_be_at_fault():
                raise ValueError(str(error).strip().splitlines()[-1])

    def _sizes_may_be_at_fault(self):
        """Whether the size 1 may be too small, as for the width of an image. It never is for a number of rows."""
        return any(not is_fixed(size) for tensor in self.inputs for size in tensor.shape[1:])

    def _check_opset(self, advice):
        import onnx.defs

        opset = max([known.version for known in self._model.opset_import if known.domain in _ONNX] or [1])
        newest = onnx.defs.onnx_opset_version()
        for node in self._model.graph.node if opset > NEWEST_OPSET else ():
            if node.domain not in _ONNX or _is_tensor(node):
                continue
            if opset > newest or _version_of(node, opset) > NEWEST_OPSET:
                raise OnnxNotLoaded("node %s is of opset %d, nGraph knows opsets up to %d.\n%s." % (
                    _in_words(node), opset, NEWEST_OPSET, advice))

    def _check_attributes(self, advice):
        for node in self._model.graph.node:
            for attribute in node.attribute:
                if node.op_type in _POOLS and attribute.name in _IGNORED and _is_set(attribute):
                    raise OnnxNotLoaded("node %s has %s, which nGraph ignores: its results would be wrong.\n%s." % (
                        _in_words(node), attribute.name, advice))

    def _try(self, shapes):
        """Compile and call the model: for some dtypes, an operator can be compiled but fails when it is called."""
        self.compile(shapes)(*[np.zeros(shape, tensor.dtype) for tensor, shape in zip(self.inputs, shapes)])


def _tensor(value):
    from onnx.mapping import TENSOR_TYPE_TO_NP_TYPE

    kind = value.type.tensor_type
    shape = tuple(_size(dimension) for dimension in kind.shape.dim)
    return Tensor(value.name, TENSOR_TYPE_TO_NP_TYPE.get(kind.elem_type), shape)


def _size(dimension):
    return dimension.dim_value if dimension.HasField("dim_value") else dimension.dim_param or None


def _version_of(node, opset):
    import onnx.defs

    return onnx.defs.get_schema(node.op_type, opset).since_version


def _is_tensor(node):
    """Whether a node is a constant in the form that all opsets know. Later opsets have other forms, too."""
    return node.op_type == "Constant" and [attribute.name for attribute in node.attribute] == ["value"]


def _is_set(attribute):
    """Whether an attribute has a value other than its default, which is 0 or ones."""
    return attribute.i != 0 or any(size != 1 for size in attribute.ints)


def _in_words(node):
    """`'dense_1' (MatMul)`. A node without a name is named after its first output."""
    name = node.name or next(itertools.chain(node.output, ("",)))
    return "'%s' (%s)" % (name, node.op_type)
