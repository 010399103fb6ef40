"""Digests of files. A model's file may be larger than the memory, so files are read in pieces."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

_PIECE = 1 << 20  # bytes


def digest_of(files: Iterable[tuple[str, str]]) -> str:
    """One sha256 for many files, in their order: the name and the sha256 of each."""
    total = hashlib.sha256()
    for name, sha256 in files:
        total.update(f"{name}\0{sha256}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def digest_of_file(path: Path) -> str:
    """The sha256 of a file; of the target's name for a link, which may lead out of the source."""
    if path.is_symlink():
        return hashlib.sha256(os.fsencode(os.readlink(path))).hexdigest()
    with path.open("rb") as file:
        return digest_of_parts(iter(lambda: file.read(_PIECE), b""))


def digest_of_parts(parts: Iterable[bytes | memoryview]) -> str:
    """The sha256 of a content that comes in parts."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()


def digest_of_paths(files: Iterable[tuple[str, Path]]) -> str:
    """One sha256 for many files, in the order of their names."""
    return digest_of((name, digest_of_file(path)) for name, path in sorted(files))


def digest_of_folder(folder: Path) -> str:
    """Of all files below a folder, or of one file. Byte code does not count, because a build makes it."""
    paths = [Path(place, name) for place, _, names in os.walk(folder) for name in names] or [folder]
    files = [path for path in paths if (path.is_symlink() or path.is_file()) and path.suffix != ".pyc"]
    return digest_of_paths((str(path.relative_to(folder)), path) for path in files)
