"""The arrays that every server is sent."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np

from . import digits

_WINE = {
    "fixed acidity": 7.4,
    "volatile acidity": 0.7,
    "citric acid": 0.0,
    "residual sugar": 1.9,
    "chlorides": 0.076,
    "free sulfur dioxide": 11.0,
    "total sulfur dioxide": 34.0,
    "density": 0.9978,
    "pH": 3.51,
    "sulphates": 0.56,
    "alcohol": 9.4,
}


@dataclass(frozen=True, eq=False)
class Payload:
    """array: float64 or float32, 2-D. kind: `ndarray` or `tensor`, if the protocol has both.

    names: one for each column, or none.
    expected: the right response, to 1e-5. Without it the right response is the array itself.
    """

    name: str
    kind: str
    array: np.ndarray = field(repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)
    expected: np.ndarray | None = field(default=None, repr=False)

    def is_right(self, response: np.ndarray) -> bool:
        if self.expected is None:
            return np.array_equal(response, self.array)
        return response.shape == self.expected.shape and np.allclose(response, self.expected, rtol=0, atol=1e-5)


def _random(rows: int, columns: int) -> np.ndarray:
    """Doubles of full length, the same in every run."""
    return np.random.default_rng(1).random((rows, columns))


SMALL = Payload("small", "ndarray", np.array([list(_WINE.values())]), tuple(_WINE))
SMALL_TENSOR = Payload("small tensor", "tensor", SMALL.array, SMALL.names)
MEDIUM = Payload("medium", "tensor", _random(100, 100))
LARGE = Payload("large", "tensor", _random(1000, 1000))
# for the Open Inference Protocol, which has FP32: 40 KB and 8 MB in binary
MEDIUM_FP32 = Payload("medium FP32", "tensor", MEDIUM.array.astype(np.float32))
LARGE_FP32 = Payload("large FP32", "tensor", _random(2000, 1000).astype(np.float32))


@functools.cache  # up to 100 MB, which several cases send
def of_values(count: int) -> Payload:
    """A tensor of `count` values in one column."""
    return Payload(f"{count} values", "tensor", _random(count, 1))


@functools.cache
def of_names(count: int) -> Payload:
    """One row with `count` named columns."""
    return Payload(f"{count} names", "ndarray", _random(1, count), tuple(f"column-{n}" for n in range(count)))


def of_digits(rows: int) -> Payload:
    """`rows` images, and the network's results for them."""
    images = digits.images(rows)
    name = f"digits, {rows} {'row' if rows == 1 else 'rows'}"
    return Payload(name, "ndarray", images, expected=digits.probabilities(images))
