"""seldon_component.onnx.inputs: the spellings of a model's inputs, and the errors for wrong ones."""

import numpy as np
import pytest
from seldon_component.errors import BadPayload
from seldon_component.onnx.inputs import arrays_of
from seldon_component.onnx.tensor import Tensor

FLOAT32 = np.dtype(np.float32)
ONE = [Tensor("x", FLOAT32, ("N", 3))]
TWO = [Tensor("a", FLOAT32, ("N", 2)), Tensor("b", FLOAT32, ("N", None))]


def test_one_input_takes_the_array_whatever_its_columns_are_called():
    (found,) = arrays_of(ONE, np.ones((2, 3)), ["r", "g", "b"])
    assert (found.dtype, found.shape) == (FLOAT32, (2, 3))


def test_one_input_may_be_named():
    (found,) = arrays_of(ONE, {"x": [[1, 2, 3]]}, [])
    assert found.tolist() == [[1, 2, 3]]


def test_several_inputs_are_named_in_a_json_object_in_any_order():
    first, second = arrays_of(TWO, {"b": [[5], [6]], "a": [[1, 2], [3, 4]]}, [])
    assert (first.tolist(), second.tolist()) == ([[1, 2], [3, 4]], [[5], [6]])


def test_several_inputs_of_one_shape_may_be_one_array_with_their_names():
    first, second = arrays_of(TWO, np.array([[[5, 6]], [[1, 2]]]), ["b", "a"])
    assert (first.tolist(), second.tolist()) == ([[1, 2]], [[5, 6]])


def test_a_single_number_is_a_tensor_without_sizes():
    (found,) = arrays_of([Tensor("x", FLOAT32, ())], {"x": 2.5}, [])
    assert (found.shape, found) == ((), 2.5)


@pytest.mark.parametrize(("tensors", "data", "names", "words"), [
    (ONE, np.ones((2, 4)), [], "input 'x': expected shape [N, 3], found [2, 4]"),
    (ONE, np.ones(3), [], "input 'x': expected shape [N, 3], found [3]"),
    (ONE, {"y": [[1]]}, [], "jsonData: expected the inputs 'x', found 'y'"),
    (ONE, {"x": [[1, 2, 3], [4]]}, [], "jsonData.x: row 1 has 1 values where row 0 has 3 values"),
    (ONE, "text", [], "message: expected data or jsonData with 'x', found 'text'"),
    (ONE, [1, 2], [], "message: expected data or jsonData with 'x', found a list"),
    (TWO, np.ones((2, 1, 2)), [], "data.names: expected the inputs 'a', 'b', found none"),
    (TWO, np.ones((3, 1, 2)), ["a", "b"], "data: expected 2 tensors, one for each of 'a', 'b', found shape [3, 1, 2]"),
    (TWO, {"a": [[1, 2]], "b": [[1], [2]]}, [], "input 'b': expected shape [N, ?] (N is 1), found [2, 1]"),
    (TWO, {"a": [[1, 2]], "b": [["u"]]}, [], "input 'b': expected float32, found 'u'"),
])
def test_an_error_names_what_was_expected_and_found(tensors, data, names, words):
    with pytest.raises(BadPayload) as raised:
        arrays_of(tensors, data, names)
    assert str(raised.value) == words
