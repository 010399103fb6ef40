"""The Pythons of this machine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

_PYENV = Path.home() / ".pyenv" / "versions"
_VERSION = re.compile(r"(?:cpython-|python)?(\d+\.\d+)(?:\.\d+)?\s*")


def version_in(text: str) -> str:
    """`3.8` of a text such as `3.8.18`, as `.python-version` files have it. Raises ValueError."""
    found = _VERSION.fullmatch(text)
    if not found:
        raise ValueError(text)
    return found.group(1)


def find_interpreter(version: str) -> str | None:
    """The path of a Python such as 3.8: on PATH, or in pyenv's folder; None if there is none."""
    made_by_pyenv = sorted(_PYENV.glob(f"{version}*/bin/python{version}"), reverse=True)
    on_path = shutil.which(f"python{version}")
    if on_path and "/shims/" not in on_path:  # a shim of pyenv may have no interpreter
        return on_path
    return str(made_by_pyenv[0]) if made_by_pyenv else None
