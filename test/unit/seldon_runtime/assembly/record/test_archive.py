"""What one build leaves for the next, as files: each gets back to its place, and none gets anywhere else."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from seldon_runtime.assembly.digests import digest_of_paths
from seldon_runtime.assembly.record.archive import Useless, open_archive, write_archive
from seldon_runtime.assembly.record.build_record import FORMAT
from seldon_runtime.assembly.record.pieces import packed

TIME = 315532800


class Builds:
    """An earlier build with files of packages, and the next build, which installs below `prefix`."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, Path] = {}
        self.installed, self.artifacts, self.prefix = folder / "installed", folder / "artifacts", folder / "prefix"
        self.installed.mkdir()
        self.prefix.mkdir()
        python = SimpleNamespace(prefix=self.prefix, markers={"python_full_version": "3.14.0"}, architecture="x86_64")
        self.build: Any = SimpleNamespace(python=python, builder_packages={})

    def add(self, name: str, content: bytes = b"content", mode: int = 0o644) -> None:
        """name: the package, and the path below the prefix."""
        path = self.installed / str(len(self.files))
        path.write_bytes(content)
        path.chmod(mode)
        os.utime(path, (TIME, TIME))
        self.files[name] = path

    def record(self) -> dict[str, Any]:
        """The earlier build's."""
        facts = {"format": FORMAT, "python": "3.14.0", "architecture": "x86_64", "builders": {}, "packages": []}
        return {**facts, "sha256": digest_of_paths(self.files.items())}

    def save(self) -> None:
        output = io.BytesIO()
        write_archive(self.record(), self.files, output)
        output.seek(0)
        tarfile.open(fileobj=output).extractall(self.artifacts, filter="data")

    def restore(self, *packages: str) -> None:
        open_archive(self.artifacts, self.build).unpack(packages, self.prefix)

    def restored(self) -> dict[str, bytes]:
        paths = [path for path in self.prefix.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.prefix)): path.read_bytes() for path in paths}


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    return Builds(tmp_path)


def test_the_files_of_the_named_packages_get_back_to_their_places(builds: Builds) -> None:
    builds.add("first/lib/first.py", b"x" * (9 << 20))
    builds.add("second/lib/second.py", b"")
    builds.add("third/lib/third/__init__.py", b"third")
    builds.add("third/bin/caf\udce9", b"no UTF-8")
    builds.save()
    builds.restore("second", "third")
    assert builds.restored() == {"lib/second.py": b"", "lib/third/__init__.py": b"third", "bin/caf\udce9": b"no UTF-8"}


@pytest.mark.parametrize(("mode", "restored"), [(0o600, 0o660), (0o755, 0o775), (0o6777, 0o775), (0o444, 0o444)])
def test_a_file_has_its_time_and_the_group_has_the_rights_of_the_owner(mode: int, restored: int, builds: Builds) -> None:
    builds.add("pricing/bin/price", mode=mode)
    builds.save()
    builds.restore("pricing")
    found = (builds.prefix / "bin" / "price").stat()
    assert (stat.S_IMODE(found.st_mode), found.st_mtime) == (restored, TIME)


def test_a_file_replaces_a_link_and_is_not_written_through_it(builds: Builds, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("safe")
    (builds.prefix / "pricing.py").symlink_to(tmp_path / "elsewhere")
    builds.add("pricing/pricing.py")
    builds.save()
    builds.restore("pricing")
    assert (tmp_path / "elsewhere").read_text() == "safe"
    assert not (builds.prefix / "pricing.py").is_symlink()


@pytest.mark.parametrize("path", ["../poison", "lib/../../poison", "/poison", "..", ".", "", "lib/", "link/poison"])
def test_an_archive_with_a_path_outside_the_prefix_is_not_used(path: str, builds: Builds, tmp_path: Path) -> None:
    (builds.prefix / "link").symlink_to(tmp_path)
    builds.add("first/lib/first.py")
    builds.add(f"pricing/{path}")
    builds.save()
    with pytest.raises(Useless, match=" is no file below "):
        builds.restore("first", "pricing")
    assert builds.restored() == {}
    assert not (tmp_path / "poison").exists()


def test_an_archive_without_its_last_piece_is_not_used(builds: Builds) -> None:
    builds.add("pricing/pricing.py", os.urandom(9 << 20))
    builds.save()
    max((builds.artifacts / "installed").iterdir()).unlink()
    with pytest.raises(Useless, match="it cannot be read"):
        builds.restore("pricing")
    assert builds.restored() == {}


def test_a_small_archive_is_read_only_once(builds: Builds) -> None:
    builds.add("pricing/pricing.py", b"VERSION = 1")
    builds.save()
    archive = open_archive(builds.artifacts, builds.build)
    for piece in (builds.artifacts / "installed").iterdir():
        piece.write_bytes(packed(b"VERSION = 6"))
    archive.unpack(["pricing"], builds.prefix)
    assert builds.restored() == {"pricing.py": b"VERSION = 1"}


def test_a_file_that_has_changed_since_it_was_installed_is_not_used(builds: Builds) -> None:
    builds.add("pricing/pricing.py", b"VERSION = 1")
    earlier = builds.record()
    builds.add("pricing/pricing.py", b"VERSION = 6")
    builds.record = lambda: earlier  # type: ignore[method-assign]
    builds.save()
    with pytest.raises(Useless, match="its files are not those that were installed"):
        builds.restore("pricing")
    assert builds.restored() == {}


def test_a_reader_that_has_gone_ends_the_writing(builds: Builds) -> None:
    for number in range(100):
        builds.add(f"pricing/{number}", os.urandom(1 << 20))
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(BrokenPipeError), open(writing, "wb", buffering=0) as output:
        write_archive(builds.record(), builds.files, output)
