"""seldon_component.codec.arrays: nested lists to ndarray, every number keeping its type."""

import itertools
from typing import Any

import numpy as np
import pytest
from seldon_component.codec import arrays
from seldon_component.errors import BadPayload


@pytest.mark.parametrize(("nested", "kind", "shape"), [
    ([[1, 2], [3, 4]], "i", (2, 2)),
    ([1, 2.5], "f", (2,)),
    ([[1.0, None]], "f", (1, 2)),
    ([None], "f", (1,)),
    ([True, False], "b", (2,)),
    ([True, 1], "O", (2,)),
    (["a", "bc"], "U", (2,)),
    ([["a", 1, 2.5, True, None]], "O", (1, 5)),
    ([2**63], "u", (1,)),
    ([2**70, 1], "O", (2,)),
    ([2**63, -1], "O", (2,)),
    ([{"a": 1}], "O", (1,)),
    ([], "f", (0,)),
    ([[], []], "f", (2, 0)),
    ([[[[1]]]], "i", (1, 1, 1, 1)),
])
def test_a_nested_list_becomes_the_narrowest_fitting_array(nested, kind, shape):
    array = arrays.from_nested(nested, "ndarray")
    assert (array.dtype.kind, array.shape) == (kind, shape)
    if None not in np.ravel(np.array(nested, dtype=object)):
        assert array.tolist() == nested
        assert [type(x) for x in array.ravel().tolist()] == [type(x) for x in np.array(nested, dtype=object).ravel()] \
            or kind == "f"


def test_the_fast_path_for_rows_of_numbers_equals_the_general_one(monkeypatch):
    elements: list[Any] = [0, -1, 2 ** 63, 2 ** 64, 1.5, float("nan"), -0.0, None, True, "a", [], [1], {}]
    rows: list[list[Any]] = [[]] + [list(row) for row in itertools.product(elements, repeat=2)]
    nested = [[row] for row in rows] + [[row, other] for row in rows[::3] for other in rows[::5]]
    short = [_made(value) for value in nested]
    monkeypatch.setattr(arrays, "_matrix", lambda value: None)
    assert short == [_made(value) for value in nested]


def _made(value):
    """All that tells one result of from_nested from another, the sign of zero and the text of an error included."""
    try:
        array = arrays.from_nested(value, "data.ndarray")
    except BadPayload as error:
        return str(error)
    return array.dtype.str, array.shape, repr(array.tolist()), array.flags.writeable, array.flags.c_contiguous


def test_null_among_numbers_becomes_nan():
    assert np.isnan(arrays.from_nested([1, None], "ndarray")).tolist() == [False, True]


@pytest.mark.parametrize("nested", [[10 ** 400, 0.5], [[-(10 ** 400), None]], [[[0.5, 10 ** 309]]]])
def test_an_integer_beyond_every_float_keeps_all_elements_as_they_are(nested):
    array = arrays.from_nested(nested, "ndarray")
    assert (array.dtype, array.tolist()) == (object, nested)


def test_elements_of_a_mixed_row_keep_their_types():
    row = arrays.from_nested([["a", 1, 2.5, True, None]], "ndarray")[0]
    assert [type(element) for element in row] == [str, int, float, bool, type(None)]


def test_one_long_text_among_many_does_not_make_each_place_as_wide():
    row = arrays.from_nested([["x" * 100_000, *"a" * 100_000]], "ndarray")
    assert (row.dtype, row.nbytes, row[0, 0], row[0, -1]) == (object, 8 * 100_001, "x" * 100_000, "a")


def test_texts_of_ordinary_lengths_are_an_array_of_text():
    for row in (["a" * 1000, "b" * 999], [*"a" * 1000], ["a" * 50, *"b" * 9], [""] * 1000, ["a" * 100_000]):
        assert arrays.from_nested(row, "ndarray").dtype.kind == "U"


def test_as_many_empty_rows_as_a_message_may_have():
    assert arrays.from_nested([[]] * 65536, "ndarray").shape == (65536, 0)
    with pytest.raises(BadPayload, match=r"^ndarray: expected at most 65536 rows and .*, found \[65537, 0\]$"):
        arrays.from_nested([[]] * 65537, "ndarray")


def test_an_array_can_be_written_to():
    for nested in ([1], ["a"], [1, "a"], [1.5], []):
        assert arrays.from_nested(nested, "ndarray").flags.writeable


@pytest.mark.parametrize(("nested", "text"), [
    ([[1, 2], [3]], "ndarray: row 1 has 1 values where row 0 has 2 values"),
    ([[1, 2], 3], "ndarray: row 1 has a single value where row 0 has 2 values"),
    ([1, [2]], "ndarray: row 1 holds a list where row 0 holds a single value"),
    ([[[1], [2]], [[3], [4, 5]]], "ndarray: row 1 has 2 values where row 0 has 1 values"),
    ([[[1], [2]], [[3], 4]], "ndarray: row 1 has a single value where row 0 has 1 values"),
    ([[1, 2], [3, [4]]], "ndarray: row 1 holds a list where row 0 holds a single value"),
    ([[], [1]], "ndarray: row 1 has 1 values where row 0 has 0 values"),
    (5, "ndarray: expected a list, found 5"),
    ({"a": 1}, "ndarray: expected a list, found an object"),
    ("x", "ndarray: expected a list, found 'x'"),
    (None, "ndarray: expected a list, found null"),
])
def test_an_error_names_the_row_that_does_not_fit(nested, text):
    with pytest.raises(BadPayload) as caught:
        arrays.from_nested(nested, "ndarray")
    assert str(caught.value) == text


def test_more_dimensions_than_numpy_takes_are_refused():
    nested: Any = 1
    for _ in range(32):
        nested = [nested]
    assert arrays.from_nested(nested, "ndarray").ndim == 32
    with pytest.raises(BadPayload, match="expected at most 32 dimensions, found 33"):
        arrays.from_nested([nested], "ndarray")


@pytest.mark.parametrize(("values", "shape", "kind"), [
    ([1, 2, 3, 4], [2, 2], "i"),
    ([1.5, None], [2], "f"),
    ([], [0, 3], "f"),
    ([], [65536, 0, 1048576], "f"),
    ([5], [], "i"),
    ([2**63], [1], "u"),
])
def test_values_take_their_shape(values, shape, kind):
    array = arrays.from_values(values, shape, "tensor")
    assert (array.dtype.kind, list(array.shape)) == (kind, shape)


TOO_EMPTY = "tensor.shape: expected at most 65536 rows and 1048576 columns without values, found"


@pytest.mark.parametrize(("values", "shape", "text"), [
    ([1, 2, 3], [2], "tensor: shape [2] does not fit 3 values"),
    ([1], [0], "tensor: shape [0] does not fit 1 values"),
    ([], [2**70, 0], f"{TOO_EMPTY} [{2**70}, 0]"),
    ([], [2**62, 0, 4], f"{TOO_EMPTY} [{2**62}, 0, 4]"),
    ([], [0, 2**31 - 1], f"{TOO_EMPTY} [0, {2**31 - 1}]"),
    ([], [1, 65537, 0], f"{TOO_EMPTY} [1, 65537, 0]"),
    ([], [0, 1024, 0, 1025], f"{TOO_EMPTY} [0, 1024, 0, 1025]"),
    ([], [10**60, 0], f"{TOO_EMPTY} [1{'0' * 55}..."),
    ([], [2**31 - 1] * 100_000, "tensor.shape: expected at most 32 dimensions, found 100000"),
    (5, [1], "tensor.values: expected a list of numbers, found 5"),
    ([1], 1, "tensor.shape: expected a list of sizes, found 1"),
    ([1], [True], "tensor.shape: expected a list of sizes, found a list"),
    ([1], [-1], "tensor.shape: expected a list of sizes, found a list"),
    ([1], [1.0], "tensor.shape: expected a list of sizes, found a list"),
    ([1, "a"], [2], "tensor.values: expected numbers, found 'a'"),
    ([1, True], [2], "tensor.values: expected numbers, found a bool"),
    ([[1]], [1], "tensor.values: expected numbers, found a list"),
    ([1], [1] * 33, "tensor.shape: expected at most 32 dimensions, found 33"),
])
def test_a_tensor_whose_parts_do_not_fit_is_refused(values, shape, text):
    with pytest.raises(BadPayload) as caught:
        arrays.from_values(values, shape, "tensor")
    assert str(caught.value) == text


@pytest.mark.parametrize(("value", "words"), [
    ({}, "an object"), ([], "a list"), (True, "a bool"), (None, "null"), (1.5, "1.5"), ("x", "'x'"),
])
def test_a_wrong_value_is_described(value, words):
    assert arrays.describe(value) == words


def test_a_long_wrong_value_is_cut():
    assert arrays.describe("x" * 1000) == "'" + "x" * 56 + "..."
