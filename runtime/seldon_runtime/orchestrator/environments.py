"""The Python of a unit in a folder, with the packages that the folder asks for.

A folder without requirements is served as it is. One with them is built first, as an image would be, into a folder of
its own under the user's cache; and again when its Python or one of its files has changed.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import BadSetting
from ..system.interpreters import find_interpreter, version_in
from . import virtual_environment

_ASKING = (
    "requirements.txt", "setup.py", "pyproject.toml", "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml",
    "Pipfile.lock", "environment.yml", "environment.yaml",
)  # fmt: skip
_DONE, _LOCK, _IN_USE = "built", "lock", "in-use"  # files
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
        self._used: list[BinaryIO] = []  # open files that keep other starts from removing what is served here

    def prepare(self, unit: str, folder: Path, wanted: str | None, variables: Mapping[str, str]) -> Prepared:
        """wanted: a version or an interpreter; None: what `.python-version` says. variables: all of the build's.

        Raises BadSetting.
        """
        python = self._interpreter(unit, folder, wanted)
        if not any((folder / name).is_file() for name in _ASKING):
            self._require_numpy(unit, python)
            return Prepared(folder, python)
        try:
            return self._built(unit, folder, python, variables)
        except OSError as error:
            raise BadSetting(
                f"unit {unit!r}: expected files that can be read, and a cache that can be written to, found {error}; "
                "correct it, or set XDG_CACHE_HOME to another folder"
            ) from None

    def _require_numpy(self, unit: str, python: str) -> None:
        if python != self._usual and not virtual_environment.facts_of(unit, python).numpy:
            raise BadSetting(
                f"unit {unit!r}, --python: expected a Python with numpy, found {python}; "
                "install numpy for it, or write it into a requirements.txt of the folder"
            )

    def _built(self, unit: str, folder: Path, python: str, variables: Mapping[str, str]) -> Prepared:
        home = self._cache / f"{unit}-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
        home.mkdir(parents=True, exist_ok=True)
        own = home / _digest(folder, python)
        with (home / _LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # of two starts, the second waits, and finds what the first has built
            if not (own / _DONE).is_file():
                _Build(unit, folder, own, variables, lock).make(python)
            self._use(own)
            _remove_others(home, own)
        return Prepared(own / "microservice", str(virtual_environment.program(own / "environment")))

    def _interpreter(self, unit: str, folder: Path, wanted: str | None) -> str:
        if wanted and (program := shutil.which(wanted)):
            virtual_environment.facts_of(unit, program)  # it may be no Python
            return program
        file = folder / ".python-version"
        text = wanted or (file.read_text(encoding="utf-8").strip() if file.is_file() else "")
        if not text:
            return self._usual
        return self._of_version(unit, text, "--python" if wanted else ".python-version")

    def _of_version(self, unit: str, text: str, where: str) -> str:
        try:
            version = version_in(text)
        except ValueError:
            raise BadSetting(
                f"unit {unit!r}, {where}: expected a version such as 3.8, or an interpreter, found {text!r}; correct it"
            ) from None
        found = self._usual if version == self._usual_version(unit) else find_interpreter(version)
        if found is None:
            raise BadSetting(
                f"unit {unit!r}, {where}: expected a Python that is on PATH, found no Python {text}; "
                f"install it, or name an interpreter: --python {unit}=PATH"
            )
        return found

    @functools.cache  # noqa: B019 - there is one object, which lives as long as the process
    def _usual_version(self, unit: str) -> str:
        return virtual_environment.facts_of(unit, self._usual).version

    def _use(self, own: Path) -> None:
        used = (own / _IN_USE).open("wb")
        fcntl.flock(used, fcntl.LOCK_SH)
        self._used.append(used)


@dataclass(frozen=True)
class _Build:
    """Has `assemble` build a folder into `own`, with an environment of its own.

    It is built in place, because an environment cannot be moved. The file `built` says that it is whole.
    lock: open in the programs that it runs. So it is held as long as one of them runs, even after the end of this one.
    """

    unit: str
    folder: Path
    own: Path
    variables: Mapping[str, str]
    lock: BinaryIO

    def make(self, python: str) -> None:
        """python: the interpreter of the environment. Raises BadSetting."""
        print(f"building unit {self.unit!r} of {self.folder}", file=sys.stderr, flush=True)
        shutil.rmtree(self.own, ignore_errors=True)
        home = self.own / "microservice"
        home.mkdir(parents=True)
        own_python = virtual_environment.make(self.unit, python, self.own / "environment", self._run)
        own = {"S2I_SOURCE": str(self.folder), "MICROSERVICE_HOME": str(home), "MODEL_PYTHON": str(own_python)}
        if self._run([sys.executable, "-Iu", "-m", _ASSEMBLE], own):
            raise BadSetting(
                f"unit {self.unit!r}: expected a folder that can be built, found the mistake above; correct it"
            )
        (self.own / _DONE).touch()

    def _run(self, command: list[str], variables: Mapping[str, str]) -> int:
        """Exit code. What the program prints is shown."""
        environment = {**self.variables, **variables}
        held = (self.lock.fileno(),)
        ended = subprocess.run(command, stdout=sys.stderr, cwd=self.own, env=environment, pass_fds=held, check=False)
        return ended.returncode


def _remove_others(home: Path, own: Path) -> None:
    """What was built of an earlier source, unless another graph still serves it. With the lock held."""
    for path in home.iterdir():
        if path.is_dir() and path != own and not _is_used(path):
            shutil.rmtree(path, ignore_errors=True)


def _is_used(built: Path) -> bool:
    try:
        with (built / _IN_USE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # it was never used
        return False
    return False


def _digest(folder: Path, python: str) -> str:
    """Of the interpreter and of all files of a folder."""
    found = hashlib.sha256(python.encode())
    for path in sorted(_files(folder)):
        found.update(json.dumps(str(path.relative_to(folder))).encode() + b"\0")
        found.update(_digest_of(path))
    return found.hexdigest()[:16]


def _digest_of(path: Path) -> bytes:
    """Of a file, which may be larger than the memory."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.digest()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not {"__pycache__", ".git"} & {*path.parts}:
            yield path
