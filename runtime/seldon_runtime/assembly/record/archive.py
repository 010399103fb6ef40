"""What one build leaves for the next: a tar with its record, the list of the files that it has installed, and these.

All files together are one stream, in the order of the list. The tar has the stream in pieces.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ..build import Build
from ..digests import digest_of, digest_of_parts
from .build_record import FORMAT
from .pieces import BAD_PIECE, Pieces, packed, pieces_of, unpacked

_RECORD, _LIST, _PIECES = "build.json", "files", "installed"
_PART = 1 << 20  # bytes of a file that are read at once


class Useless(Exception):
    """Why an archive cannot be used."""


class File(NamedTuple):
    """An installed file. path: below the prefix. size: bytes. time: when it was changed, in seconds since 1970."""

    package: str
    path: str
    size: int
    mode: int
    time: int


@dataclass(frozen=True)
class Archive:
    """What an earlier build has left, and s2i has unpacked into a folder.

    record: the earlier build's build.json. packages: name -> entry of the record. files: in the order of the stream.
    stream: their contents.
    """

    record: Mapping[str, Any]
    packages: Mapping[str, Mapping[str, Any]]
    files: tuple[File, ...]
    stream: Pieces

    def unpack(self, names: Iterable[str], prefix: Path) -> None:
        """Put the files of some of its packages below the interpreter's prefix."""
        wanted = set(names)
        for folder in {os.path.dirname(file.path) for file in self.files if file.package in wanted}:
            os.makedirs(os.path.join(prefix, folder), exist_ok=True)
        for file, parts in self.contents():
            if file.package in wanted:
                _write(file, parts, os.path.join(prefix, file.path))

    def contents(self) -> Iterator[tuple[File, Iterator[memoryview]]]:
        """Each file with its content. Raises OSError, ValueError or BAD_PIECE."""
        take = _taker(self.stream.parts())
        for file in self.files:
            parts = take(file.size)
            yield file, parts
            for _ in parts:  # that nobody has read
                pass


def _taker(stream: Iterator[bytes]) -> Callable[[int], Iterator[memoryview]]:
    """A function that takes so many bytes more of a stream. Raises ValueError if it has no more."""
    rest = memoryview(b"")

    def take(size: int) -> Iterator[memoryview]:
        nonlocal rest
        while size:
            if not rest:
                rest = memoryview(next(stream, b""))
            part, rest = rest[:size], rest[size:]
            if not part:
                raise ValueError("the contents end too early")
            size -= len(part)
            yield part

    return take


def open_archive(folder: Path, build: Build) -> Archive:
    """The archive in a folder. Nothing in it is trusted: raises Useless unless it fits this build in all points."""
    try:
        record = json.loads((folder / _RECORD).read_text("utf-8"))
        packages = {each["name"]: each for each in record["packages"]}
        _require_fit(record, build)
        archive = Archive(record, packages, _list_of(folder), Pieces(folder / _PIECES))
        _require_placeable(archive.files, build.python.prefix)
        if digest_of(_digests(archive)) != record["sha256"]:
            raise Useless("its files are not those that were installed")
        return archive
    except (OSError, KeyError, TypeError, *BAD_PIECE):
        raise Useless("it cannot be read") from None


def _require_fit(record: Mapping[str, Any], build: Build) -> None:
    python = build.python
    for fact, found, wanted in (
        ("the format", record["format"], FORMAT),
        ("Python", record["python"], python.markers["python_full_version"]),
        ("the architecture", record["architecture"], python.architecture),
    ):
        if found != wanted:
            raise Useless(f"it is for {fact} {found}, and this is {wanted}")
    if record["builders"] != build.builder_packages:
        raise Useless("the builder has other packages now")


def _list_of(folder: Path) -> tuple[File, ...]:
    rows = json.loads(unpacked((folder / _LIST).read_bytes()))
    return tuple(File(str(package), str(path), *map(int, numbers)) for package, path, *numbers in rows)


def _require_placeable(files: Iterable[File], prefix: Path) -> None:
    """Raises Useless if one would be outside the prefix, also by a link that is there."""
    root = os.path.realpath(prefix)
    places = [os.path.split(file.path) for file in files]
    folders = {folder: os.path.realpath(os.path.join(root, folder)) for folder, _ in places}
    outside = {folder for folder, real in folders.items() if os.path.commonpath([root, real]) != root}
    for folder, name in places:
        if name in ("", ".", "..") or folder in outside:
            raise Useless(f"{os.path.join(folder, name)} is no file below {prefix}")


def _digests(archive: Archive) -> Iterator[tuple[str, str]]:
    """The name and the sha256 of each file."""
    return ((f"{file.package}/{file.path}", digest_of_parts(parts)) for file, parts in archive.contents())


def _write(file: File, parts: Iterable[memoryview], path: str) -> None:
    """Write a file in place of what is there, but never through a link. The group gets the rights of the owner."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with open(path, "xb") as output:
        output.writelines(parts)
        output.flush()
        os.fchmod(output.fileno(), (file.mode & 0o755) | (file.mode & 0o700) >> 3)
        os.utime(output.fileno(), (file.time, file.time))


def write_archive(record: Mapping[str, Any], files: Mapping[str, Path], output: BinaryIO) -> None:
    """Write an archive of these files, whose names begin with their package, as one stream."""
    with tarfile.open(fileobj=output, mode="w|") as tar:

        def add(name: str, content: bytes) -> None:
            tar.addfile(_member(name, len(content)), io.BytesIO(content))

        listed: list[File] = []
        add(_RECORD, json.dumps(record).encode())
        for number, piece in enumerate(pieces_of(_read(files, listed))):
            add(f"{_PIECES}/{number:06}", piece)
        add(_LIST, packed(json.dumps(listed).encode()))


def _read(files: Mapping[str, Path], listed: list[File]) -> Iterator[bytes]:
    """The contents of files, one after the other. listed: gets an entry for each."""
    for name, path in sorted(files.items()):
        package, _, place = name.partition("/")
        with path.open("rb") as file:
            size = 0
            while part := file.read(_PART):
                size += len(part)
                yield part
            facts = os.fstat(file.fileno())
        listed.append(File(package, place, size, facts.st_mode, int(facts.st_mtime)))


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o664
    return member
