"""Batches of any size, for an engine that compiles a model once for each size of its inputs."""

import numpy as np

SIZES = (1, 4, 16, 64)  # the sizes that are compiled


def parts(rows):
    """Pairs (number of rows, size of the compiled batch for them). At least half of every batch is used."""
    while True:
        size = next((size for size in SIZES if rows <= size), SIZES[-1])
        if rows * 2 < size:
            size = SIZES[max(SIZES.index(size) - 1, 0)]
        yield min(rows, size), size
        rows -= size
        if rows <= 0:
            return


def run(compute, arrays):
    """The outputs for all rows of `arrays`, one array an input. Calls `compute` with batches of SIZES."""
    results, start = [], 0
    for taken, size in parts(len(arrays[0])):
        batch = [_padded(array[start:start + taken], size) for array in arrays]
        results.append([output[:taken] for output in compute(batch)])
        start += taken
    return results[0] if len(results) == 1 else [np.concatenate(outputs) for outputs in zip(*results)]


def _padded(array, size):
    if len(array) == size:
        return array
    padded = np.zeros((size,) + array.shape[1:], array.dtype)
    padded[:len(array)] = array
    return padded


def declared(inputs, outputs):
    """Whether the first size of every input and output is free, and the same for all."""
    shapes = [tensor.shape for tensor in inputs + outputs]
    return all(shapes) and len(set(shape[0] for shape in shapes)) == 1 and not isinstance(shapes[0][0], int)
