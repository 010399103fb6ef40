"""contract.json as a whole: reads it, checks it and draws random requests from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from seldon_component import exit_codes
from seldon_component.codec import values
from seldon_component.errors import StartError
from seldon_component.payload import NDARRAY, Payload

from ..messages import Content
from .entry import Mistake, expect, is_list, is_object, read_entry
from .field import Field

FILE = "contract.json"


class BadContract(StartError):
    """contract.json cannot be read, or has wrong entries; the text has one line for each mistake."""

    exit_code = exit_codes.BAD_CONTRACT


class Contract(NamedTuple):
    """features: the columns of a request. targets: those of the response; () allows any response."""

    features: tuple[Field, ...]
    targets: tuple[Field, ...]

    def message(self, rows: int, random: np.random.RandomState) -> Payload:
        """`rows` random rows as an ndarray: of dtype kind i or f for numbers, U for text, O for both."""
        parts = [field.draw(rows, random) for field in self.features]
        data = values.clean(np.concatenate(parts, axis=1))
        return Payload(NDARRAY, data, [field.name for field in self.features])

    def request(self, method: str, rows: int, random: np.random.RandomState) -> Content:
        """A request to a method: one random message, or a list of two for `aggregate`."""
        if method == "aggregate":
            return [self.message(rows, random), self.message(rows, random)]
        return self.message(rows, random)


def row_shape(fields: tuple[Field, ...]) -> tuple[int, ...]:
    """Sizes of a row that holds these fields side by side."""
    return (sum(field.shape[0] for field in fields), *fields[0].shape[1:])


def read_contract(path: Path) -> Contract:
    """Raises BadContract."""
    try:
        decoded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadContract(f"{path.name}: expected JSON, found none ({error})") from None
    try:
        expect(decoded, path.name, is_object, "an object with features and targets")
    except Mistake as mistake:
        raise BadContract(str(mistake)) from None
    features, wrong_features = _section(decoded, "features")
    targets, wrong_targets = _section(decoded, "targets")
    if not features and not wrong_features:
        wrong_features = ["features: expected a list of at least one object, found []"]
    if wrong := wrong_features + wrong_targets:
        raise BadContract("\n".join(f"{path.name}: {line}" for line in wrong))
    return Contract(features, targets)


def _section(decoded: dict[str, Any], section: str) -> tuple[tuple[Field, ...], list[str]]:
    entries: Any = decoded.get(section)
    fields, wrong = list[Field](), list[str]()
    try:
        expect(entries, section, is_list, "a list of objects")
    except Mistake as mistake:
        return (), [str(mistake)]
    for index, entry in enumerate(entries):
        more, lines = read_entry(section, index, entry)
        fields += more
        wrong += lines
    return tuple(fields), wrong or _shape_mistakes(section, fields)


def _shape_mistakes(section: str, fields: list[Field]) -> list[str]:
    """One line if the fields do not fit into one row, else none."""
    odd = [field for field in fields if field.shape[1:] != fields[0].shape[1:]]
    if not odd:
        return []
    found = " and ".join(f"{list(field.shape)} of '{field.name}'" for field in (fields[0], odd[0]))
    return [f"{section}: expected shapes that differ in the first size at most, found {found}"]
