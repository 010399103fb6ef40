"""Checks a response against the targets of contract.json."""

from __future__ import annotations

import numpy as np
from seldon_component.codec import arrays
from seldon_component.payload import ARRAY_KINDS, Payload

from .document import Contract, row_shape
from .field import Field


def faults(contract: Contract, response: Payload, rows: int) -> list[str]:
    """A line for each target that the response to `rows` rows does not fit; [] if it fits all of them."""
    targets = contract.targets
    if not targets:
        return []
    shape, names = (rows, *row_shape(targets)), ", ".join(target.name for target in targets)
    expected = f"targets: expected an array of shape {list(shape)} ({names})"
    if response.kind not in ARRAY_KINDS:
        return [f"{expected}, found {response.kind or 'no data'}"]
    is_column = shape == (rows, 1) and response.data.shape == (rows,)  # many classes return one value a row so
    data = response.data.reshape(shape) if is_column else response.data
    if data.shape != shape:
        return [f"{expected}, found one of shape {list(data.shape)}"]
    parts = np.split(data, np.cumsum([target.shape[0] for target in targets])[:-1], axis=1)
    return [line for target, part in zip(targets, parts, strict=True) for line in _fault(target, part)]


def _fault(target: Field, part: np.ndarray) -> list[str]:
    """At most one line for the values of one target, shape [rows, *target.shape]."""
    wrong = [
        (row, value) for row, values in enumerate(part) for value in values.ravel().tolist() if not target.fits(value)
    ]
    if not wrong:
        return []
    row, value = wrong[0]
    more = f" ({len(wrong)} of {part.size} values do not fit)" if part.size > 1 else ""
    return [f"{target.name}: expected {target.allowed}, found {arrays.describe(value)} in row {row}{more}"]
