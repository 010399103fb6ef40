"""seldon_component.onnx.batches: any number of rows from calls with a few sizes."""

import numpy as np
import pytest
from seldon_component.onnx import batches
from seldon_component.onnx.tensor import Tensor


@pytest.mark.parametrize(("rows", "parts"), [
    (0, [(0, 1)]), (1, [(1, 1)]), (2, [(2, 4)]), (5, [(4, 4), (1, 1)]), (8, [(8, 16)]), (20, [(16, 16), (4, 4)]),
    (64, [(64, 64)]), (130, [(64, 64), (64, 64), (2, 4)]),
])
def test_rows_are_split_and_padded(rows, parts):
    assert list(batches.parts(rows)) == parts


@pytest.mark.parametrize("rows", range(1, 200))
def test_all_rows_are_taken_and_at_least_half_of_each_batch_is_used(rows):
    parts = list(batches.parts(rows))
    assert sum(taken for taken, _ in parts) == rows
    assert all(size in batches.SIZES and size <= 2 * taken for taken, size in parts)


@pytest.mark.parametrize("rows", [0, 1, 3, 64, 100])
def test_the_result_is_that_of_all_rows_at_once(rows):
    sizes, array, other = [], np.arange(rows * 2.0).reshape(rows, 2), np.arange(rows)

    def compute(arrays):
        sizes.append(len(arrays[0]))
        return [arrays[0] * 2, arrays[1] + 1]

    doubled, next_one = batches.run(compute, [array, other])
    assert (doubled.tolist(), next_one.tolist()) == ((array * 2).tolist(), (other + 1).tolist())
    assert set(sizes) <= set(batches.SIZES)


@pytest.mark.parametrize(("inputs", "outputs", "declared"), [
    ([("N", 3)], [("N", 2)], True),
    ([(None, 3)], [(None,)], True),
    ([("N", 3), ("N",)], [("N", 2)], True),
    ([(1, 3)], [(1, 2)], False),
    ([("N", 3)], [("M", 2)], False),
    ([("N", 3)], [(2,)], False),
    ([("N", 3), ()], [("N", 2)], False),
])
def test_rows_are_the_first_size_of_every_input_and_output(inputs, outputs, declared):
    tensors = [[Tensor("x", np.dtype(np.float32), shape) for shape in shapes] for shapes in (inputs, outputs)]
    assert batches.declared(*tensors) == declared
