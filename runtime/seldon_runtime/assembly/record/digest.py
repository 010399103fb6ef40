"""One sha256 for many files, so that two sets of files can be told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path


def of(files: Iterable[tuple[str, bytes]]) -> str:
    """Of the names and of what is in the files; the order counts."""
    total = hashlib.sha256()
    for name, content in files:
        total.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def of_paths(files: Mapping[str, Path]) -> str:
    """The same for files on the disk, by their names, in the order of these."""
    return of((name, path.read_bytes()) for name, path in sorted(files.items()))
