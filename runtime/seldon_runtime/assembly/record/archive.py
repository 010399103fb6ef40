"""What one build leaves for the next: a tar with the build's record and, in pieces, what it has installed."""

from __future__ import annotations

import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..build import Build
from .build_record import FORMAT
from .digests import digest_of, digest_of_stream
from .pieces import PieceWriter, join_pieces

_RECORD, _PIECES = "build.json", "installed"


class Useless(Exception):
    """Why an archive cannot be used."""


@dataclass(frozen=True)
class Archive:
    """What an earlier build has left, and s2i has unpacked into a folder.

    record: the earlier build's build.json. packages: name -> entry of the record.
    """

    record: Mapping[str, Any]
    packages: Mapping[str, Mapping[str, Any]]
    files: tarfile.TarFile

    def unpack(self, names: Iterable[str], prefix: Path) -> None:
        """Put the files of some of its packages below the interpreter's prefix."""
        wanted = set(names)
        members = [member for member in self.files if member.name.partition("/")[0] in wanted]
        self.files.extractall(prefix, members, filter=_placed)


def open_archive(folder: Path, build: Build) -> Archive:
    """The archive in a folder. Nothing in it is trusted: raises Useless unless it fits this build in all points."""
    try:
        record = json.loads((folder / _RECORD).read_text("utf-8"))
        packages = {each["name"]: each for each in record["packages"]}
        archive = Archive(record, packages, tarfile.open(fileobj=join_pieces(folder / _PIECES)))
        _require_fit(archive, build)
        return archive
    except (OSError, ValueError, KeyError, TypeError, tarfile.TarError, zlib.error):
        raise Useless("it cannot be read") from None


def _require_fit(archive: Archive, build: Build) -> None:
    record, python = archive.record, build.python
    for fact, found, wanted in (
        ("the format", record["format"], FORMAT),
        ("Python", record["python"], python.markers["python_full_version"]),
        ("the architecture", record["architecture"], python.architecture),
    ):
        if found != wanted:
            raise Useless(f"it is for {fact} {found}, and this is {wanted}")
    if record["builders"] != build.builder_packages:
        raise Useless("the builder has other packages now")
    if digest_of(_digests(archive.files)) != record["sha256"]:
        raise Useless("its files are not those that were installed")


def _digests(tar: tarfile.TarFile) -> Iterator[tuple[str, str]]:
    """The name and the sha256 of each file."""
    for member in tar:
        file = tar.extractfile(member) if member.isfile() else None
        if file is None:
            raise Useless(f"{member.name} is no file")
        yield member.name, digest_of_stream(file)


def _placed(member: tarfile.TarInfo, prefix: str) -> tarfile.TarInfo | None:
    """Without the package's name in front, never outside the prefix, and the group's rights equal to the owner's."""
    mode = member.mode
    member = tarfile.data_filter(member.replace(name=member.name.partition("/")[2], deep=False), prefix)
    return member.replace(mode=(mode & 0o755) | (mode & 0o700) >> 3, deep=False)


def write_archive(record: Mapping[str, Any], files: Mapping[str, Path], output: BinaryIO) -> None:
    """Write an archive of these files as one stream."""
    with tarfile.open(fileobj=output, mode="w|") as outer:

        def add(name: str, content: bytes) -> None:
            outer.addfile(_member(name, len(content)), io.BytesIO(content))

        add(_RECORD, json.dumps(record).encode())
        with PieceWriter(lambda number, piece: add(f"{_PIECES}/{number:06}", piece)) as pieces:
            with tarfile.open(fileobj=pieces, mode="w|") as inner:
                for name, path in sorted(files.items()):
                    inner.add(path, name, filter=_without_owner)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o664
    return member


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    # A time stamp of whole seconds: a fraction takes one more header for each file.
    return member.replace(uid=0, gid=0, uname="", gname="", mtime=int(member.mtime), deep=False)
