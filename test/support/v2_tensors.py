"""Tensors of the Open Inference Protocol for hypothesis, and requests that have them in protobuf's own classes."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from seldon_runtime.v2.datatypes import BF16, BYTES, DATATYPES
from seldon_runtime.v2.messages import Tensor
from support.generated_v2 import FIELDS, pb2

IN_JSON = [row for row in DATATYPES.values() if row not in (BYTES, BF16)]
SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
PARAMETERS = st.dictionaries(st.text(), st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text()), max_size=3)


@st.composite
def tensors(draw, datatypes=tuple(DATATYPES)):
    name = draw(st.sampled_from(datatypes))
    shape = draw(SHAPES)
    if name == "BYTES":
        data = np.empty(shape, object)
        data[...] = draw(arrays.arrays("O", shape, elements=st.binary(max_size=5)))
    else:
        data = draw(arrays.arrays(DATATYPES[name].dtype, shape))
    if name == "BF16":
        data = (np.asarray(data).view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32).reshape(shape)
    return Tensor(draw(st.text(min_size=1, max_size=5)), name, shape, data, draw(PARAMETERS))


def several(kinds, **sizes):
    return st.lists(kinds, max_size=3, unique_by=lambda tensor: tensor.name, **sizes)


TYPED = tensors(tuple(FIELDS))


def raw_bytes(tensor):
    if tensor.datatype == "BYTES":
        return b"".join(len(element).to_bytes(4, "little") + element for element in tensor.data.ravel())
    if tensor.datatype == "BF16":
        return (tensor.data.view(np.uint32) >> 16).astype("<u2").tobytes()
    return tensor.data.tobytes()


def parameters_into(message, parameters):
    for key, value in parameters.items():
        name = {bool: "bool_param", int: "int64_param", str: "string_param"}[type(value)]
        setattr(message[key], name, value)


def request_of(inputs, raw, **fields):
    message = pb2.ModelInferRequest(**fields)
    for tensor in inputs:
        made = message.inputs.add(name=tensor.name, datatype=tensor.datatype, shape=tensor.shape)
        parameters_into(made.parameters, tensor.parameters)
        if raw:
            message.raw_input_contents.append(raw_bytes(tensor))
        else:
            getattr(made.contents, FIELDS[tensor.datatype]).extend(tensor.data.ravel().tolist())
    return message
