"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """How often each server has its turn, and for how many seconds at a time."""

    rounds: int
    seconds: float
