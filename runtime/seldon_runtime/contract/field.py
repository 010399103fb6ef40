"""Columns of one kind: which values fit them, and random values for them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

_DECIMALS = 3  # of random numbers, as in the historical testers
_MOST = 2.0**53  # a double, which is what tensors and gRPC carry, cannot hold every integer beyond it
_SLACK = 1e-6  # probabilities of 32 bits do not quite add up to 1


class Field(NamedTuple):
    """values: those that a categorical field may have; () for a continuous one.
    low, high: a continuous field's inclusive bounds, infinite by default. integer: True if only integers fit.
    shape: sizes of the field's part of a row.
    """

    name: str
    values: tuple[Any, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    integer: bool = False
    shape: tuple[int, ...] = (1,)

    @property
    def allowed(self) -> str:
        """The values that fit, in words."""
        if self.values:
            return f"one of {', '.join(map(repr, self.values))}"
        above = f" from {self.low:g}" if self.low > -math.inf else ""
        below = f" up to {self.high:g}" if self.high < math.inf else ""
        return ("an integer" if self.integer else "a number") + above + below

    def fits(self, value: Any) -> bool:
        """NaN and infinities never fit. 3.0 is an integer, because JSON does not tell it from 3."""
        if self.values:
            return value in self.values
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if isinstance(value, float) and not math.isfinite(value):
            return False
        if self.integer:
            return self.low <= value <= self.high and value == math.floor(value)
        return self.low - _SLACK * max(1, abs(self.low)) <= value <= self.high + _SLACK * max(1, abs(self.high))

    def draw(self, rows: int, random: np.random.RandomState) -> np.ndarray:
        """Random values for `rows` rows: an object array of plain numbers and text, shape [rows, *shape]."""
        size = (rows, *self.shape)
        drawn = np.empty(size, dtype=object)
        if self.values:
            drawn.flat = [self.values[index] for index in random.randint(len(self.values), size=drawn.size)]
        elif self.integer:
            low, high = max(math.ceil(max(self.low, -_MOST)), -_MOST), math.floor(min(self.high, _MOST))
            drawn.flat = [int(number) for number in np.clip(np.rint(self._numbers(size, random)), low, high).flat]
        else:
            numbers = np.clip(np.around(self._numbers(size, random), _DECIMALS), self.low, self.high)
            drawn.flat = numbers.ravel().tolist()
        return drawn

    def _numbers(self, size: tuple[int, ...], random: np.random.RandomState) -> np.ndarray:
        if math.isinf(self.low) and math.isinf(self.high):
            return random.normal(size=size)
        if math.isinf(self.low):
            return self.high - random.lognormal(size=size)
        if math.isinf(self.high):
            return self.low + random.lognormal(size=size)
        return random.uniform(self.low, self.high, size=size)
