"""seldon_component.model_files.adapter_torchscript: the arrays that a program gets. PyTorch itself is in an image alone (test_model_files.py)."""

import numpy as np
import pytest
from seldon_component.errors import BadPayload
from seldon_component.model_files import adapter_torchscript as torchscript
from seldon_component.onnx.tensor import Tensor

TWO = [Tensor("row", None, ()), Tensor("extra", None, ())]


@pytest.mark.parametrize(("dtype", "wanted", "found"), [
    ("float64", "float32", "float32"), ("int64", "float32", "float32"), ("float64", "int64", "int64"),
    ("float16", "float32", "float16"), ("int32", "float32", "int32"),
])
def test_the_numbers_of_json_become_those_of_the_program_and_others_stay(dtype, wanted, found):
    array = torchscript._converted(np.ones((2, 3), dtype), "row", np.dtype(wanted))
    assert (array.dtype.name, array.shape) == (found, (2, 3))


def test_several_inputs_come_by_name():
    row, extra = torchscript._by_input(TWO, {"extra": [[1]], "row": np.zeros((1, 2))}, [])
    assert (row.tolist(), extra.tolist()) == ([[0, 0]], [[1]])


@pytest.mark.parametrize(("data", "words"), [
    ({"row": [1]}, "message: expected jsonData for the inputs row, extra, found row"),
    ("text", "message: expected jsonData for the inputs row, extra, found 'text'"),
])
def test_what_names_other_inputs_is_refused(data, words):
    with pytest.raises(BadPayload) as raised:
        torchscript._by_input(TWO, data, [])
    assert str(raised.value) == words
