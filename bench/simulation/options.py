"""The words `NAME=value` of `make simulate`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ..errors import BenchError
from .replica import Replica
from .traffic import Traffic


@dataclass(frozen=True)
class Options:
    """Each field is the word of that name in capitals. docs/kubernetes.md has their meanings."""

    rate: float = 40.0
    burst: float = 4.0
    burst_seconds: float = 1.0
    burst_every: float = 10.0
    service_ms: float = 20.0
    service_cv: float = 0.5
    row_ms: float = 5.0
    overhead_ms: float = 0.5
    timeout_ms: float = 0.0
    p99_ms: float = 250.0
    lost: float = 0.01
    workers: tuple[int, ...] = (1, 2, 4)
    batch: tuple[int, ...] = (1, 8)
    delay_ms: tuple[float, ...] = (0.0,)
    max_waiting: tuple[int, ...] = ()
    seconds: float = 60.0
    seed: int = 1

    @property
    def traffic(self) -> Traffic:
        burst = (self.burst, self.burst_seconds, self.burst_every)
        return Traffic(self.rate, self.service_ms / 1000, *burst, self.service_cv, self.seconds, self.seed)

    def replicas(self) -> Iterator[Replica]:
        """Each setting that is tried, the cheapest first: fewer workers, then no batches."""
        for workers, rows, delay in itertools.product(self.workers, self.batch, self.delay_ms):
            if rows == 1 and delay != self.delay_ms[0]:
                continue  # without batches there is no delay
            for limit in self.max_waiting or self._limits(workers, rows):
                yield Replica(
                    workers,
                    limit,
                    rows,
                    delay / 1000 if rows > 1 else 0.0,
                    self.timeout_ms / 1000 or None,
                    self.row_ms / 1000,
                    self.overhead_ms / 1000,
                )

    def _limits(self, workers: int, rows: int) -> tuple[int, ...]:
        """The most that the workers answer within P99_MS, by the rule of docs/operations.md, half of it, and 1024."""
        call = self.service_ms + self.row_ms * (rows - 1) + self.overhead_ms
        fitting = math.floor((self.p99_ms - call) * workers * rows / call)
        return (max(fitting // 2, 1), max(fitting, 1), 1024)


_KINDS: dict[str, tuple[Callable[[str], float], str]] = {
    "float": (float, "a number"),
    "int": (int, "a whole number"),
    "tuple[int, ...]": (int, "whole numbers with spaces between them"),
    "tuple[float, ...]": (float, "numbers with spaces between them"),
}
_MAY_BE_0 = ("SERVICE_CV", "ROW_MS", "OVERHEAD_MS", "TIMEOUT_MS", "LOST", "DELAY_MS", "SEED")


def read_options(words: Sequence[str]) -> Options:
    """Raises BenchError for a word that is not one of them, or has no value that fits."""
    kinds = {field.name.upper(): str(field.type) for field in fields(Options)}
    values: dict[str, Any] = {}
    for word in words:
        name, _, text = word.partition("=")
        if name not in kinds:
            raise BenchError(f"{name}: expected one of {', '.join(kinds)}, found another name; correct it")
        values[name.lower()] = _read(name, text, kinds[name])
    return replace(Options(), **values)


def _read(name: str, text: str, kind: str) -> float | tuple[float, ...]:
    convert, expected = _KINDS[kind]
    is_list = kind.startswith("tuple")
    try:
        values = tuple(convert(part) for part in text.split())
    except ValueError:
        values = ()
    if not values or (len(values) > 1 and not is_list) or not all(_fits(name, value) for value in values):
        bound = "from 0 on" if name in _MAY_BE_0 else "above 0"
        raise BenchError(f"{name}: expected {expected} {bound}, found {text!r}; correct it")
    return values if is_list else values[0]


def _fits(name: str, value: float) -> bool:
    return math.isfinite(value) and (value > 0 or (value == 0 and name in _MAY_BE_0))
