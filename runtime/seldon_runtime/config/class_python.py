"""The Python of the class, which an inline server has to know first: it moves there before it reads all settings."""

from __future__ import annotations

import os
import shutil
import sys
from typing import NamedTuple

from ..errors import BadSetting
from .environment_file import read_environment_file


class InlinePython(NamedTuple):
    """program: a path. variables: of the process that it runs in."""

    program: str
    variables: dict[str, str]


def read_inline_python() -> InlinePython | None:
    """None for a class in a process of its own. Raises BadSetting."""
    texts = {**read_environment_file(os.getcwd()), **os.environ}
    if texts.get("MODEL_PROCESS", "").strip().lower() != "inline":
        return None
    return InlinePython(program(texts.get("MODEL_PYTHON", "").strip() or sys.executable), texts)


def program(name: str) -> str:
    """Path of MODEL_PYTHON. Raises BadSetting."""
    path = shutil.which(name)
    if path is None:
        raise BadSetting(f"MODEL_PYTHON: expected a program that exists, found {name!r}")
    return path
