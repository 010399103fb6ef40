"""Describes where two responses to one request differ."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from seldon_component.payload import ARRAY_KINDS, Payload


def differences(old: Payload, new: Payload, tolerance: float) -> list[str]:
    """A line for each column, name, tag or value that differs; [] if the responses agree.

    tolerance: how much numbers may differ, relative to the larger one, or absolute for numbers below 1.
    """
    if old.kind != new.kind:
        return [f"data: old {old.kind or 'none'}, new {new.kind or 'none'}"]
    lines = list(_leaves("meta.tags", old.meta.get("tags", {}), new.meta.get("tags", {}), tolerance))
    if old.kind not in ARRAY_KINDS:
        return [*_leaves(str(old.kind), old.data, new.data, tolerance), *lines]
    names = [] if list(old.names) == list(new.names) else [f"names: old {list(old.names)}, new {list(new.names)}"]
    return [*names, *_columns(old, new, tolerance), *lines]


def _columns(old: Payload, new: Payload, tolerance: float) -> Iterator[str]:
    if old.data.shape != new.data.shape:
        yield f"shape: old {list(old.data.shape)}, new {list(new.data.shape)}"
        return
    rows = len(old.data) if old.data.size and old.data.ndim else 1
    pairs = zip(*(array.reshape(rows, -1).T.tolist() for array in (old.data, new.data)), strict=True)
    for index, (old_values, new_values) in enumerate(pairs):
        name = f" ({old.names[index]})" if len(old.names) == old.data[:1].size else ""
        yield from _column(f"column {index}{name}", old_values, new_values, tolerance)


def _column(where: str, old: list[Any], new: list[Any], tolerance: float) -> Iterator[str]:
    wrong = [row for row in range(len(old)) if not _agree(old[row], new[row], tolerance)]
    if wrong:
        sizes = [abs(new[row] - old[row]) for row in wrong if _is_number(old[row]) and _is_number(new[row])]
        most = f", at most by {np.nanmax(sizes):g}" if sizes and not np.isnan(sizes).all() else ""
        row = wrong[0]
        yield f"{where}: {len(wrong)} of {len(old)} rows differ{most}; row {row}: old {old[row]!r}, new {new[row]!r}"


def _leaves(where: str, old: Any, new: Any, tolerance: float) -> Iterator[str]:
    """A line for each single value that differs in two JSON values."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _leaves(f"{where}.{key}", old.get(key), new.get(key), tolerance)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (old_item, new_item) in enumerate(zip(old, new, strict=True)):
            yield from _leaves(f"{where}[{index}]", old_item, new_item, tolerance)
    elif not _agree(old, new, tolerance):
        by = f", by {abs(new - old):g}" if _is_number(old) and _is_number(new) else ""
        yield f"{where}: old {old!r}, new {new!r}{by}"


def _agree(old: Any, new: Any, tolerance: float) -> bool:
    if _is_number(old) and _is_number(new):
        both_nan = math.isnan(old) and math.isnan(new)
        return old == new or both_nan or abs(new - old) <= tolerance * max(1, abs(old), abs(new))
    return bool(old == new)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
