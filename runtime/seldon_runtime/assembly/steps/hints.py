"""What is often a mistake in a source: said when the source is copied, and again if the class cannot be served."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ..packages.brought import brought
from ..packages.conda import FILE as CONDA

_POINTER = b"version https://git-lfs.github.com/spec/"  # how a file begins that Git LFS has not fetched
_LARGEST_POINTER = 1024  # bytes
_SHOWN = 5  # names
# other lists of requirements, which nothing reads here
_READ = ("requirements.txt", "apt.txt", "contract.json", "setup.py", "pyproject.toml", ".s2i/environment")
_OTHER_LISTS = re.compile(
    r"(environment|conda)\.ya?ml|conda-lock\.yml|pipfile|requirements?([-_.]\w+)*\.(txt|in)|pylock\..+\.toml",
    re.IGNORECASE,
)


def hints_of(home: Path) -> list[str]:
    """A sentence for each."""
    return [*_pointers(home), *_unread_lists(home), *_links_to_nowhere(home)]


def _links_to_nowhere(home: Path) -> Iterator[str]:
    for name in _READ:
        if os.path.islink(home / name) and not os.path.exists(home / name):
            target = os.readlink(home / name)
            yield f"{name}: a link to {target}, which is not in the image; copy the file into the source"


def _pointers(home: Path) -> Iterator[str]:
    found = sorted(os.path.relpath(path, home) for path in _small_files(home) if _is_pointer(path))
    if found:
        shown = ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
        yield f"{shown}: a pointer of Git LFS in place of the file; run `git lfs pull` and build with --copy"


def _small_files(home: Path) -> Iterator[str]:
    for folder, _, names in os.walk(home):
        for path in (os.path.join(folder, name) for name in names):
            if os.path.isfile(path) and os.path.getsize(path) <= _LARGEST_POINTER:
                yield path


def _is_pointer(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(_POINTER)) == _POINTER
    except OSError:
        return False


def _unread_lists(home: Path) -> Iterator[str]:
    if os.path.lexists(home / "requirements.txt") or brought(home):
        return
    found = sorted(name for name in os.listdir(home) if _OTHER_LISTS.fullmatch(name))
    found += sorted(os.path.relpath(path, home) for path in (home / "requirements").glob("*.txt"))
    if found:
        yield f"{', '.join(found)}: not read; {_todo(found)}"


def _todo(names: list[str]) -> str:
    """What to do about files that are not read: one that would be read under another name needs only that name."""
    if len(names) == 1 and names[0].startswith("pylock."):
        return "rename it to pylock.toml"
    if len(names) == 1 and names[0].endswith((".yml", ".yaml")) and "lock" not in names[0]:
        return f"rename it to {CONDA}"
    return "write what the model needs into requirements.txt"
