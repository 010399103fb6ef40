"""The folder of wheels that a build is given: which of them this Python can take, and why not the others."""

from __future__ import annotations

import functools
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from ..digests import digest_of_file
from .interpreter import Interpreter
from .package_metadata import RecordedFile, recorded_files, valid_requirements


@dataclass(frozen=True)
class Wheel:
    """A wheel that can be installed, or a source archive. Only pip can tell what a source archive needs."""

    path: Path
    name: NormalizedName
    version: Version
    requires: tuple[Requirement, ...]

    @functools.cached_property
    def sha256(self) -> str:
        return digest_of_file(self.path.resolve())

    @property
    def is_source(self) -> bool:
        return self.path.suffix != ".whl"

    @property
    def record(self) -> frozenset[RecordedFile]:
        """The lines of its RECORD. Raises Unusable."""
        return recorded_files(_read_member(self.path, "RECORD").decode("utf-8", "replace"))


class Unusable(Exception):
    """Why a file is of no use to this Python."""


@dataclass(frozen=True)
class WheelFolder:
    """usable: project -> its wheels, the newest first. remarks: a sentence for each file that cannot be used."""

    folder: Path
    usable: Mapping[NormalizedName, list[Wheel]]
    remarks: tuple[str, ...]

    def find(self, requirement: Requirement, name: NormalizedName) -> Wheel | None:
        """The newest wheel that satisfies a requirement."""
        return next(
            (wheel for wheel in self.usable.get(name, ()) if requirement.specifier.contains(wheel.version, True)), None
        )

    def versions(self, name: NormalizedName) -> list[str]:
        """The versions of a project that are here, the newest first."""
        return [str(wheel.version) for wheel in self.usable.get(name, ())]

    @property
    def files(self) -> dict[str, str]:
        """Name of each usable file -> its sha256."""
        return {wheel.path.name: wheel.sha256 for wheels in self.usable.values() for wheel in wheels}


def read_wheels(folder: Path, python: Interpreter) -> WheelFolder:
    """Read the metadata of each file in the folder, which need not exist."""
    usable: dict[NormalizedName, list[Wheel]] = {}
    remarks: list[str] = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        try:
            wheel = _read_wheel(path, python)
            usable.setdefault(wheel.name, []).append(wheel)
        except Unusable as why:
            remarks.append(f"{path.name} is not used: {why}")
    for wheels in usable.values():
        wheels.sort(key=lambda wheel: wheel.version, reverse=True)
    return WheelFolder(folder, usable, tuple(remarks))


def _read_wheel(path: Path, python: Interpreter) -> Wheel:
    if not path.is_file():
        raise Unusable("it is no file")
    if not os.access(path, os.R_OK):
        raise Unusable(f"uid {os.geteuid()} may not read it")
    try:
        if path.suffix != ".whl":
            name, version = parse_sdist_filename(path.name)
            return Wheel(path, name, version, ())
        name, version, _, tags = parse_wheel_filename(path.name)
    except (InvalidWheelFilename, InvalidSdistFilename):
        raise Unusable("its name is neither a wheel's nor a source archive's") from None
    _require_tags(tags, python)
    metadata, _ = parse_email(_read_member(path, "METADATA"))
    _require_python(metadata, python)
    return Wheel(path, name, version, tuple(valid_requirements(metadata.get("requires_dist", ()))))


def _require_tags(tags: frozenset[Tag], python: Interpreter) -> None:
    if tags & python.tags:
        return
    ours = {(tag.interpreter, tag.abi) for tag in python.tags}
    for_this_python = [tag for tag in tags if (tag.interpreter, tag.abi) in ours]
    if for_this_python:
        platforms = ", ".join(sorted({tag.platform for tag in for_this_python}))
        raise Unusable(f"it is for the platform {platforms}, and this one is linux_{python.architecture}")
    theirs = ", ".join(sorted({f"{tag.interpreter}-{tag.abi}" for tag in tags}))
    raise Unusable(f"it is for Python {theirs}, and this is Python {python.version}")


def _require_python(metadata: RawMetadata, python: Interpreter) -> None:
    wanted = metadata.get("requires_python", "")
    try:
        fits = SpecifierSet(wanted).contains(python.markers["python_full_version"])
    except InvalidSpecifier:
        return  # pip ignores it as well
    if not fits:
        raise Unusable(f"it needs Python {wanted}, and this is Python {python.version}")


def _read_member(path: Path, name: str) -> bytes:
    """A file of a wheel's .dist-info folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(next(each for each in archive.namelist() if each.endswith(f".dist-info/{name}")))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, StopIteration):  # RuntimeError: it has a password
        raise Unusable("it is no wheel inside") from None
