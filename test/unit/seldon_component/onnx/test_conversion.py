"""seldon_component.onnx.inputs, conversion: every value arrives as it was sent, or not at all."""

import numpy as np
import pytest
from seldon_component.errors import BadPayload
from seldon_component.onnx.inputs import converted
from seldon_component.onnx.tensor import Tensor, dtype_of


def convert(values, word):
    return converted(np.asarray(values), Tensor("x", dtype_of(word), ("N",)))


@pytest.mark.parametrize(("values", "word", "expected"), [
    ([1.5, 2], "float", [1.5, 2]),
    ([1, 2], "float", [1, 2]),
    ([True, False], "float", [1, 0]),
    ([np.nan, np.inf, -np.inf], "float", [np.nan, np.inf, -np.inf]),
    ([0.1], "float", [np.float32(0.1)]),
    ([65504], "float16", [65504]),
    ([1.0, -2.0], "int64", [1, -2]),
    ([-2.0 ** 63], "int64", [-2 ** 63]),
    ([0, 255], "uint8", [0, 255]),
    ([2.0 ** 63], "uint64", [2 ** 63]),
    ([-128, 127], "int8", [-128, 127]),
    ([0, 1], "bool", [False, True]),
    ([0.0, 1.0], "bool", [False, True]),
    ([], "int32", []),
])
def test_a_value_that_fits_is_converted(values, word, expected):
    found = convert(values, word)
    assert found.dtype == dtype_of(word)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("values", "word", "words"), [
    ([1.0, 1.5], "int64", "expected int64, found 1.5"),
    ([np.nan], "int32", "expected int32, found nan"),
    ([2.0 ** 63], "int64", "expected int64, found 9.223372036854776e+18"),
    ([2 ** 31], "int32", "expected int32, found 2147483648"),
    ([256], "uint8", "expected uint8, found 256"),
    ([-1], "uint8", "expected uint8, found -1"),
    ([-1], "uint64", "expected uint64, found -1"),
    ([-1.0], "uint64", "expected uint64, found -1.0"),
    ([2 ** 63], "int64", "expected int64, found 9223372036854775808"),
    ([1e39], "float", "expected float32, found 1e+39"),
    ([70000], "float16", "expected float16, found 70000"),
    ([2], "bool", "expected bool, found 2"),
    (["a"], "float", "expected float32, found 'a'"),
    ([1.5], "string", "expected text, found 1.5"),
])
def test_a_value_that_does_not_fit_is_named(values, word, words):
    with pytest.raises(BadPayload) as raised:
        convert(values, word)
    assert str(raised.value) == "input 'x': " + words


def test_in_a_mixture_the_first_value_that_does_not_fit_is_named():
    mixture = np.array([1, 2.5, "a", None], dtype=object)
    for word, words in (("float", "expected float32, found 'a'"), ("string", "expected text, found 1")):
        with pytest.raises(BadPayload, match=words):
            convert(mixture, word)


def test_an_integer_of_more_than_64_bits_does_not_fit():
    with pytest.raises(BadPayload, match="expected float32, found 18446744073709551616"):
        convert(np.array([2 ** 64], dtype=object), "float")


def test_text_arrives_as_objects():
    for array in (np.array(["a", "bc"]), np.array(["a", "bc"], dtype=object)):
        found = convert(array, "string")
        assert (found.dtype, found.tolist()) == (object, ["a", "bc"])


def test_an_array_of_the_right_dtype_is_not_copied():
    array = np.zeros(3, np.float32)
    assert convert(array, "float") is array
