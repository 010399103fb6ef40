"""A pickle that does something when it is unpickled, so that a test can see that nobody did."""

from __future__ import annotations

import pickle
from pathlib import Path


def hostile_pickle(path: Path) -> bytes:
    """It creates a file at `path`."""
    return pickle.dumps(_Hostile(path))


class _Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (open, (str(self.path), "w"))
