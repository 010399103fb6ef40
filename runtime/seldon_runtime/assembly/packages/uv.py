"""The installer for Python 3.8 and later: uv, which downloads and unpacks many packages at once.

https://docs.astral.sh/uv/pip/compatibility says where it differs from pip.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..build import Build
from .installed import Package, installed_packages
from .run import Run, run_installer
from .uv_options import UvOptions

_PROGRAM = Path(sys.executable).with_name("uv")  # in the builders; a slim image has none
_OLDEST = (3, 8)  # version of Python
_OPTIONS = ("--no-sources", "--no-compile-bytecode", "--index-strategy")
_VARIABLES = {"UV_NO_CONFIG": "1", "UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never"}
_ENDS = {0: True, 1: False}  # exit codes; others are of an index that is not there, and of mistakes in the files
_BUILDERS = "seldon-builder"  # marks a package of the builder's that uv is told of
_NOTE = "uv_cache.json"
_LINK = '<a href="{url}#sha256={digest}">{name}</a>\n'


def is_usable(build: Build) -> bool:
    """Whether uv is here, and can install for the model's Python."""
    return _PROGRAM.is_file() and tuple(map(int, build.python.version.split("."))) >= _OLDEST


class Uv:
    """Its install() takes wheels of the build's wheel folder before those of the index."""

    name = "uv"

    def __init__(self, build: Build, options: UvOptions) -> None:
        self._build = build
        self._options = options

    def install(self, arguments: list[str], folder: Path) -> Run:
        """Run `uv pip install` in `folder`. arguments: pip's and uv's have the same names."""
        with tempfile.TemporaryDirectory() as scratch, _builders_packages(self._build) as prefix:
            given = self._build.pip_environment
            environment = {name: text for name, text in given.items() if name not in self._options.without}
            own = {"TMPDIR": scratch, **_cache(environment, Path(scratch))}  # uv leaves files of locks behind
            environment.update({**own, **self._options.variables, **_VARIABLES})
            options = [*prefix, *(each for each in self._options.arguments if each not in arguments), *arguments]
            places = _places(self._build, Path(scratch), is_offline="--no-index" in options)
            command = [str(_PROGRAM), "pip", "install", "--python", self._build.python.program, *_OPTIONS, *places]
            run = run_installer(self._build, [*command, *options], folder, environment)
        _remove_notes_for_uv(self._build)
        return run

    def finds_wheels(self, version: str, arguments: list[str]) -> bool | None:
        """Whether all requirements have wheels for a version of Python; None if uv cannot tell. It installs nothing."""
        with tempfile.TemporaryDirectory() as target:
            python = dataclasses.replace(self._build.python, site_packages=(Path(target),))
            uv = Uv(dataclasses.replace(self._build, python=python), self._options)
            options = ["--dry-run", "--target", target, "--python-version", version, "--only-binary", ":all:"]
            return _ENDS.get(uv.install([*options, *arguments], Path(target)).exit_code)


def _cache(environment: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """A cache of this build alone, from which uv links files; or the user's, whose files the build must not change."""
    return {"UV_LINK_MODE": "copy"} if environment.get("UV_CACHE_DIR") else {"UV_CACHE_DIR": str(scratch / "cache")}


def _places(build: Build, scratch: Path, is_offline: bool) -> list[str]:
    """The strategy for several indexes, and the folder of wheels. pip takes the newest version of all indexes."""
    if not build.wheels.usable:
        return ["unsafe-best-match"]
    if is_offline:
        return ["unsafe-best-match", "--find-links", str(build.wheels.folder)]
    return ["unsafe-first-match", "--index", _index_of_wheels(build, scratch / "simple").as_uri()]


def _index_of_wheels(build: Build, folder: Path) -> Path:
    """Write an index of the wheels (PEP 503). uv has an order for indexes, but none for folders."""
    for project, wheels in build.wheels.usable.items():
        links = (_LINK.format(url=each.path.as_uri(), digest=each.sha256, name=each.path.name) for each in wheels)
        (folder / project).mkdir(parents=True)
        (folder / project / "index.html").write_text("<!DOCTYPE html>\n" + "".join(links), encoding="utf-8")
    return folder


def _remove_notes_for_uv(build: Build) -> None:
    """Remove what uv notes of a package of the source for its next run: the note has the time of this build."""
    for note in build.python.site_packages[0].glob(f"*.dist-info/{_NOTE}"):
        note.unlink()
        record = note.with_name("RECORD")
        lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
        record.write_text("".join(line for line in lines if f"/{_NOTE}," not in line), encoding="utf-8")


@contextlib.contextmanager
def _builders_packages(build: Build) -> Iterator[list[str]]:
    """uv's option for the folder that packages go to, if that is not the interpreter's own.

    uv looks for installed packages in that folder alone. So while it runs, the builder's packages seem to be there:
    they stay if they satisfy the requirements, as with pip.
    """
    python = build.python
    if len(python.site_packages) == 1:
        yield []
        return
    site = python.site_packages[0]
    marks = [_mark(site, package) for package in installed_packages(python).values() if not _is_in(package, site)]
    try:
        yield ["--prefix", str(python.prefix)]
    finally:
        for mark in filter(_is_mark, marks):
            shutil.rmtree(mark)


def _is_in(package: Package, site: Path) -> bool:
    return site in Path(str(package.distribution.locate_file(package.name))).parents


def _mark(site: Path, package: Package) -> Path:
    """A folder that says that the package is installed. uv can remove it, and then installs another version."""
    folder = site / f"{package.name.replace('-', '_')}-{package.version}.dist-info"
    folder.mkdir(parents=True)
    read = package.distribution.read_text
    texts = {
        "METADATA": read("METADATA") or read("PKG-INFO") or "",
        "INSTALLER": _BUILDERS,
        "WHEEL": "Wheel-Version: 1.0\n",
        "entry_points.txt": read("entry_points.txt") or "",  # setuptools finds its own commands by them
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "RECORD").write_text("".join(f"{folder.name}/{name},,\n" for name in (*texts, "RECORD")))
    return folder


def _is_mark(folder: Path) -> bool:
    try:
        return (folder / "INSTALLER").read_text(encoding="utf-8") == _BUILDERS
    except OSError:  # uv has removed it
        return False
