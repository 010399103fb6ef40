"""The Python of a unit in a folder, with the packages that the folder asks for.

A folder without requirements is served as it is. One with them is built first, as an image would be, into a folder of
its own under the user's cache; and again when its Python or one of its files has changed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadSetting
from ..system.interpreters import find_interpreter, version_in

_ASKING = (
    "requirements.txt", "setup.py", "pyproject.toml", "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml",
    "Pipfile.lock", "environment.yml", "environment.yaml",
)  # fmt: skip
_DONE = "built"  # the file that says so
_ASSEMBLE = "seldon_runtime.assembly.assemble"


@dataclass(frozen=True)
class Prepared:
    """What is served of a unit. folder: its own, or the one that it was built into. python: that runs its class."""

    folder: Path
    python: str


class Environments:
    """usual: the interpreter of a unit that names none. cache: the folder of what is built."""

    def __init__(self, usual: str, cache: Path) -> None:
        self._usual = usual
        self._cache = cache

    def prepare(self, unit: str, folder: Path, wanted: str | None) -> Prepared:
        """wanted: a version or an interpreter; None: what `.python-version` says. Raises BadSetting."""
        python = self._interpreter(unit, folder, wanted)
        if not any((folder / name).is_file() for name in _ASKING):
            return Prepared(folder, python)
        own = self._cache / f"{unit}-{_digest(folder, python)}"
        if not (own / _DONE).is_file():
            self._build(unit, folder, python, own)
        return Prepared(own / "microservice", str(own / "environment" / "bin" / "python"))

    def _interpreter(self, unit: str, folder: Path, wanted: str | None) -> str:
        if wanted and shutil.which(wanted):
            return str(shutil.which(wanted))
        file = folder / ".python-version"
        text = wanted or (file.read_text(encoding="utf-8").strip() if file.is_file() else "")
        if not text:
            return self._usual
        where = "--python" if wanted else ".python-version"
        try:
            found = find_interpreter(version_in(text))
        except ValueError:
            raise BadSetting(
                f"unit {unit!r}, {where}: expected a version such as 3.8, or an interpreter, found {text!r}"
            ) from None
        if found is None:
            raise BadSetting(
                f"unit {unit!r}, {where}: expected a Python that is on PATH, found no Python {text}; "
                f"install it, or name an interpreter: --python {unit}=PATH"
            )
        return found

    def _build(self, unit: str, folder: Path, python: str, own: Path) -> None:
        """Have `assemble` build the folder into `own`, with an environment of this Python."""
        print(f"building unit {unit!r} of {folder}", file=sys.stderr, flush=True)
        shutil.rmtree(own, ignore_errors=True)
        environment = own / "environment"
        (own / "microservice").mkdir(parents=True)
        _run(unit, [python, "-m", "venv", "--system-site-packages", str(environment)])
        _assemble(unit, folder, own / "microservice", environment / "bin" / "python")
        (own / _DONE).touch()


def _assemble(unit: str, folder: Path, home: Path, python: Path) -> None:
    """What an image is built with. Its steps are printed, and so are its mistakes. Raises BadSetting."""
    variables = {"S2I_SOURCE": str(folder), "MICROSERVICE_HOME": str(home), "MODEL_PYTHON": str(python)}
    command = ["env", *(f"{name}={text}" for name, text in variables.items()), sys.executable, "-Iu", "-m", _ASSEMBLE]
    ended = subprocess.run(command, stdout=sys.stderr, cwd=home, check=False)
    if ended.returncode:
        raise BadSetting(f"unit {unit!r}: expected a folder that can be built, found the mistake above; correct it")


def _digest(folder: Path, python: str) -> str:
    """Of the interpreter and of all files of a folder."""
    found = hashlib.sha256(python.encode())
    for path in sorted(_files(folder)):
        found.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _run(unit: str, command: list[str]) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise BadSetting(f"unit {unit!r}: {' '.join(command)} failed:\n{ended.stdout}{ended.stderr}".rstrip())
