"""The folder of wheels that a build is given: which of them this Python can take, and why not the others."""

from __future__ import annotations

import functools
import hashlib
import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
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

from .interpreter import Interpreter


@dataclass(frozen=True)
class Wheel:
    """A wheel that can be installed, or a source archive, of which only pip can tell what it needs."""

    path: Path
    name: NormalizedName
    version: Version
    requires: tuple[Requirement, ...]

    @functools.cached_property
    def sha256(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


class Unusable(Exception):
    """Why a file is of no use to this Python."""


class WheelFolder:
    """usable: project -> its wheels, the newest first. remarks: a sentence for each file that is of no use."""

    def __init__(self, folder: Path, python: Interpreter) -> None:
        self.folder = folder
        self.usable: dict[NormalizedName, list[Wheel]] = {}
        self.remarks: list[str] = []
        for path in sorted(folder.glob("*")) if folder.is_dir() else []:
            try:
                wheel = _read(path, python)
                self.usable.setdefault(wheel.name, []).append(wheel)
            except Unusable as why:
                self.remarks.append(f"{path.name} is not used: {why}")
        for wheels in self.usable.values():
            wheels.sort(key=lambda wheel: wheel.version, reverse=True)

    def find(self, requirement: Requirement, name: NormalizedName) -> Wheel | None:
        """The newest wheel that satisfies a requirement."""
        return next(
            (wheel for wheel in self.usable.get(name, ()) if requirement.specifier.contains(wheel.version, True)), None
        )

    @property
    def files(self) -> dict[str, str]:
        """Name of each usable file -> its sha256."""
        return {wheel.path.name: wheel.sha256 for wheels in self.usable.values() for wheel in wheels}


def _read(path: Path, python: Interpreter) -> Wheel:
    try:
        if path.suffix != ".whl":
            name, version = parse_sdist_filename(path.name)
            return Wheel(path, name, version, ())
        name, version, _, tags = parse_wheel_filename(path.name)
    except (InvalidWheelFilename, InvalidSdistFilename):
        raise Unusable("its name is neither a wheel's nor a source archive's") from None
    _check_tags(tags, python)
    metadata = _metadata(path)
    _check_python(metadata, python)
    return Wheel(path, name, version, _requires(metadata))


def _check_tags(tags: frozenset[Tag], python: Interpreter) -> None:
    if tags & python.tags:
        return
    ours = {(tag.interpreter, tag.abi) for tag in python.tags}
    for_this_python = [tag for tag in tags if (tag.interpreter, tag.abi) in ours]
    if for_this_python:
        platforms = ", ".join(sorted({tag.platform for tag in for_this_python}))
        raise Unusable(f"it is for the platform {platforms}, and this one is linux_{python.architecture}")
    theirs = ", ".join(sorted({f"{tag.interpreter}-{tag.abi}" for tag in tags}))
    raise Unusable(f"it is for Python {theirs}, and this is Python {python.version}")


def _check_python(metadata: Message, python: Interpreter) -> None:
    wanted = metadata.get("Requires-Python", "")
    try:
        fits = SpecifierSet(wanted).contains(python.markers["python_full_version"])
    except InvalidSpecifier:
        return  # pip is as lenient
    if not fits:
        raise Unusable(f"it needs Python {wanted}, and this is Python {python.version}")


def _metadata(path: Path) -> Message:
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            return HeaderParser().parsestr(archive.read(name).decode("utf-8", "replace"))
    except (zipfile.BadZipFile, StopIteration):
        raise Unusable("it is no wheel inside") from None


def _requires(metadata: Message) -> tuple[Requirement, ...]:
    found = []
    for text in metadata.get_all("Requires-Dist", []):
        try:
            found.append(Requirement(text))
        except InvalidRequirement:
            continue  # pip has the word on it
    return tuple(found)
