"""Does an answer keep what contract.json promises?"""

from __future__ import annotations

import numpy as np
from seldon_component.codec import arrays
from seldon_component.payload import ARRAY_KINDS, Payload

from .document import Contract, row_shape
from .field import Field


def faults(contract: Contract, answer: Payload, rows: int) -> list[str]:
    """What is wrong with the answer to a question of `rows` rows: a line a target, [] for nothing."""
    targets = contract.targets
    if not targets:
        return []
    shape, names = (rows, *row_shape(targets)), ", ".join(target.name for target in targets)
    if answer.kind not in ARRAY_KINDS:
        return [f"targets: found {answer.kind or 'no data'}; allowed: an array of shape {list(shape)} ({names})"]
    column = shape == (rows, 1) and answer.data.shape == (rows,)  # as classes with one value a row like to answer
    data = answer.data.reshape(shape) if column else answer.data
    if data.shape != shape:
        return [f"targets: found an array of shape {list(data.shape)}; allowed: {list(shape)} ({names})"]
    parts = np.split(data, np.cumsum([target.shape[0] for target in targets])[:-1], axis=1)
    return [line for target, part in zip(targets, parts, strict=True) for line in _fault(target, part)]


def _fault(target: Field, part: np.ndarray) -> list[str]:
    """A line for the values of one target, shape [rows, *target.shape], or none."""
    wrong = [
        (row, value) for row, values in enumerate(part) for value in values.ravel().tolist() if not target.fits(value)
    ]
    if not wrong:
        return []
    row, value = wrong[0]
    more = f" ({len(wrong)} of {part.size} values do not fit)" if part.size > 1 else ""
    return [f"{target.name}: found {arrays.describe(value)} in row {row}; allowed: {target.allowed}{more}"]
