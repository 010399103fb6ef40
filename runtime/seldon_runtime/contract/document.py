"""contract.json as a whole: read and checked, and what it asks for at random."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from seldon_component import exit_codes
from seldon_component.codec import arrays
from seldon_component.errors import StartError
from seldon_component.payload import NDARRAY, Payload

from ..messages import Content
from .entry import read_entry
from .field import Field

FILE = "contract.json"


class BadContract(StartError):
    """contract.json cannot be read, or says what it may not; the text has one line a mistake."""

    exit_code = exit_codes.BAD_CONTRACT


@dataclass(frozen=True)
class Contract:
    """features: what a request holds. targets: what the answer has to hold; none of them: any answer will do."""

    features: tuple[Field, ...]
    targets: tuple[Field, ...]

    def request(self, rows: int, random: np.random.RandomState) -> Payload:
        """A question with `rows` random rows: an ndarray of kind i or f where all is numbers, U where all is text,
        O where they are mixed."""
        parts = [field.draw(rows, random) for field in self.features]
        data = arrays.clean(np.concatenate(parts, axis=1))
        return Payload(NDARRAY, data, [field.name for field in self.features])

    def question(self, method: str, rows: int, random: np.random.RandomState) -> Content:
        """What a method is asked: such a request, or two of them for `aggregate`."""
        if method == "aggregate":
            return [self.request(rows, random), self.request(rows, random)]
        return self.request(rows, random)


def row_shape(fields: tuple[Field, ...]) -> tuple[int, ...]:
    """Sizes of a row that holds these fields side by side."""
    return (sum(field.shape[0] for field in fields), *fields[0].shape[1:])


def read_contract(path: Path) -> Contract:
    """Raises BadContract."""
    try:
        decoded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadContract(f"{path.name}: JSON expected ({error})") from None
    if not isinstance(decoded, dict):
        raise BadContract(
            f"{path.name}: found {arrays.describe(decoded)}; allowed: an object with features and targets"
        )
    features, wrong_features = _section(decoded, "features")
    targets, wrong_targets = _section(decoded, "targets")
    if not features and not wrong_features:
        wrong_features = ["features: found an empty list; allowed: a list of at least one object"]
    if wrong := wrong_features + wrong_targets:
        raise BadContract("\n".join(f"{path.name}: {line}" for line in wrong))
    return Contract(features, targets)


def _section(decoded: dict[str, Any], section: str) -> tuple[tuple[Field, ...], list[str]]:
    entries, fields, wrong = decoded.get(section), list[Field](), list[str]()
    if not isinstance(entries, list):
        return (), [f"{section}: found {arrays.describe(entries)}; allowed: a list of objects"]
    for index, entry in enumerate(entries):
        more, lines = read_entry(section, index, entry)
        fields += more
        wrong += lines
    odd = [field for field in fields if field.shape[1:] != fields[0].shape[1:]]
    if odd and not wrong:
        sizes = f"'{odd[0].name}' has {list(odd[0].shape)} where '{fields[0].name}' has {list(fields[0].shape)}"
        wrong = [f"{section}: shapes that cannot stand side by side: {sizes}; only their first sizes may differ"]
    return tuple(fields), wrong
