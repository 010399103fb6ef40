"""A Python environment for a unit alone. It has the numpy of its interpreter, and of the rest only what is installed.

seldon_component needs numpy. It is linked into the environment, so that most builds download none.
"""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from ..errors import BadSetting

# runs a program with more variables: its exit code. What it prints is shown.
Run = Callable[[list[str], Mapping[str, str]], int]

_ASK = """
import json, os, sys
base = getattr(sys, "real_prefix", None) or getattr(sys, "base_prefix", None) or sys.prefix
program = os.path.join(base, "bin", "python%d.%d" % sys.version_info[:2])
found = {"version": "%d.%d" % sys.version_info[:2]}
found["base"] = program if os.path.isfile(program) else sys.executable
for name in ("numpy", "pip"):
    try:
        found[name] = os.path.dirname(os.path.dirname(os.path.abspath(__import__(name).__file__)))
    except ImportError:
        found[name] = ""
print("\\nFACTS " + json.dumps(found))
"""
_MARK = "FACTS "
_BASE = "base"  # the folder with the links
_LINKED = {"numpy": ("numpy", "numpy.libs", "numpy-*"), "pip": ("pip", "pip-*")}
_PYTHON_2 = "2.7"
# In place of an environment of its own, which Python 2.7 cannot make, it has a folder for a user's packages of its own.
_WRAPPER = """#!/bin/sh
PYTHONUSERBASE={environment}
export PYTHONUSERBASE
exec {base} "$@"
"""


class Facts(NamedTuple):
    """Of an interpreter. version: major and minor. numpy, pip: the folder that has it; "" without it.

    base: the interpreter itself, without its own virtual environment.
    """

    version: str
    base: str
    numpy: str
    pip: str


@functools.cache
def facts_of(unit: str, python: str) -> Facts:
    """Raises BadSetting for a program that is no Python."""
    try:
        run = subprocess.run([python, "-c", _ASK], cwd="/", capture_output=True, text=True, check=False)
        line = next(line for line in run.stdout.splitlines() if line.startswith(_MARK))
        return Facts(**json.loads(line.removeprefix(_MARK)))
    except (OSError, StopIteration, ValueError, TypeError):
        raise BadSetting(f"unit {unit!r}, --python: expected a Python, found {python}; correct the path") from None


def program(environment: Path) -> Path:
    """The interpreter of an environment."""
    return environment / "bin" / "python"


def make(unit: str, python: str, environment: Path, run: Run) -> Path:
    """Make an environment with pip and numpy. Returns its interpreter. Raises BadSetting."""
    facts = facts_of(unit, python)
    if facts.version == _PYTHON_2:
        _make_user_base(facts, environment)
    elif run([python, "-m", "venv", *(["--without-pip"] if facts.pip else []), str(environment)], {}):
        raise BadSetting(
            f"unit {unit!r}: expected a Python with venv, because its folder has requirements, "
            f"found {python}; install venv for it, or choose another one: --python {unit}=PYTHON"
        )
    _link(facts, environment)
    own = program(environment)
    if not facts.numpy and run([str(own), "-m", "pip", "install", "numpy"], {}):
        raise BadSetting(
            f"unit {unit!r}: expected a Python with numpy, found {python}; "
            f"install numpy for it, or choose another one: --python {unit}=PYTHON"
        )
    return own


def _make_user_base(facts: Facts, environment: Path) -> None:
    (environment / "lib" / f"python{facts.version}" / "site-packages").mkdir(parents=True)
    wrapper = program(environment)
    wrapper.parent.mkdir()
    wrapper.write_text(_WRAPPER.format(environment=quote(str(environment)), base=quote(facts.base)), encoding="utf-8")
    wrapper.chmod(0o755)


def _link(facts: Facts, environment: Path) -> None:
    """Make numpy and pip seem to be installed there. What the folder asks for is found before them."""
    base = environment / _BASE
    base.mkdir()
    for folder, patterns in ((facts.numpy, _LINKED["numpy"]), (facts.pip, _LINKED["pip"])):
        for path in (path for pattern in patterns if folder for path in Path(folder).glob(pattern)):
            (base / path.name).symlink_to(path)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "seldon-base.pth").write_text(f"{base}\n", encoding="utf-8")
