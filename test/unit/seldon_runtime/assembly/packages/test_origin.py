"""Where an installed package comes from. pip installs it, on each Python that models have."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from seldon_runtime.assembly.build import NOTHING_RESTORED, Restored
from seldon_runtime.assembly.packages.installed import installed_packages
from seldon_runtime.assembly.packages.interpreter import read_interpreter
from seldon_runtime.assembly.packages.origin import Origin, origin_of
from seldon_runtime.assembly.packages.package_metadata import comes_from
from seldon_runtime.assembly.packages.wheel_folder import read_wheels
from support.package_index import make_wheel, sha256
from support.pythons import CURRENT

NAME = canonicalize_name("pricing")


def make_archive(folder: Path) -> Path:
    """A source archive of the name and version; nothing looks into it."""
    folder.mkdir(exist_ok=True)
    path = folder / "pricing-1.0.tar.gz"
    tarfile.open(path, "w:gz").close()
    return path


class Installation:
    """A folder of wheels, and a folder in which one wheel of `pricing` is installed."""

    def __init__(self, folder: Path, program: str) -> None:
        self.wheels, self.home, self._packages = folder / "whl", folder / "home", folder / "site-packages"
        self._program = program
        self._python: Any = SimpleNamespace(**{**vars(read_interpreter(program)), "site_packages": (self._packages,)})
        self.home.mkdir()

    def install(self, wheel: Path) -> None:
        options = ["--quiet", "--no-deps", "--no-index", "--no-compile", "--target", str(self._packages)]
        subprocess.run([self._program, "-m", "pip", "install", *options, wheel], check=True, capture_output=True)
        # pip notes a URL only for what it is given by path; a wheel of a folder of wheels has none
        for note in self._packages.glob("*.dist-info/direct_url.json"):
            note.unlink()

    def note_url(self, **content: object) -> None:
        note = self._packages / "pricing-1.0.dist-info" / "direct_url.json"
        note.write_text(json.dumps({"url": "https://example.com/pricing.whl", **content}))

    def origin(self, restored: Restored = NOTHING_RESTORED, **builder_packages: str) -> Origin:
        build: Any = SimpleNamespace(
            wheels=read_wheels(self.wheels, self._python),
            builder_packages=builder_packages,
            paths=SimpleNamespace(home=self.home),
            pip_environment={},
        )
        return origin_of(build, restored, NAME, installed_packages(self._python)[NAME])


@pytest.fixture
def any_python(tmp_path: Path, model_python: str) -> Installation:
    return Installation(tmp_path, model_python)


@pytest.fixture
def installation(tmp_path: Path, model_python_of: Callable[[str], str]) -> Installation:
    return Installation(tmp_path, model_python_of(CURRENT))


def test_a_wheel_of_the_folder_is_known_by_its_record(any_python: Installation) -> None:
    wheel = make_wheel(any_python.wheels, "pricing", "1.0", data={"scripts/price": "#!python\nprint(1)\n"})
    any_python.install(wheel)
    assert any_python.origin() == Origin("wheel folder", sha256(wheel))


def test_a_wheel_of_other_content_is_not_the_folders(any_python: Installation, tmp_path: Path) -> None:
    make_wheel(any_python.wheels, "pricing", "1.0", text="KIND = 'ours'\n")
    any_python.install(make_wheel(tmp_path, "pricing", "1.0", text="KIND = 'another'\n"))
    assert any_python.origin() == Origin("index")


def test_of_two_wheels_of_one_version_the_installed_one_is_named(installation: Installation) -> None:
    make_wheel(installation.wheels, "pricing", "1.0", tag="py3-none-any")
    wheel = make_wheel(installation.wheels, "pricing", "1.0", tag="py2.py3-none-any")
    installation.install(wheel)
    assert installation.origin() == Origin("wheel folder", sha256(wheel))


def test_a_wheel_of_another_version_is_not_the_one(installation: Installation, tmp_path: Path) -> None:
    make_wheel(installation.wheels, "pricing", "2.0")
    installation.install(make_wheel(tmp_path, "pricing", "1.0"))
    assert installation.origin() == Origin("index")


def test_a_package_of_the_builder_stays_the_builders(installation: Installation) -> None:
    installation.install(make_wheel(installation.wheels, "pricing", "1.0"))
    assert installation.origin(pricing="1.0") == Origin("builder")


def test_a_package_of_the_cache_keeps_the_wheel_of_its_record(installation: Installation, tmp_path: Path) -> None:
    installation.install(make_wheel(tmp_path, "pricing", "1.0"))
    restored = Restored({"pricing": {"version": "1.0", "wheel": "c0ffee"}}, is_unchanged=False)
    assert installation.origin(restored) == Origin("cache", "c0ffee")


def test_a_new_version_of_a_package_of_the_cache_has_no_wheel_of_the_old_one(
    installation: Installation, tmp_path: Path
) -> None:
    installation.install(make_wheel(tmp_path, "pricing", "1.0"))
    restored = Restored({"pricing": {"version": "0.9", "wheel": "c0ffee"}}, is_unchanged=False)
    assert installation.origin(restored) == Origin("index")


def test_a_folder_and_a_url_are_known_by_what_pip_notes(installation: Installation, tmp_path: Path) -> None:
    installation.install(make_wheel(tmp_path, "pricing", "1.0"))
    make_archive(installation.wheels)
    installation.note_url(archive_info={})
    assert installation.origin() == Origin("url")
    installation.note_url(dir_info={})
    assert installation.origin() == Origin("source")


def test_a_source_archive_of_the_folder_counts_if_its_hash_is_allowed(
    installation: Installation, tmp_path: Path
) -> None:
    installation.install(make_wheel(tmp_path, "pricing", "1.0"))
    archive = make_archive(installation.wheels)
    assert installation.origin() == Origin("wheel folder", sha256(archive))
    requirements = installation.home / "requirements.txt"
    requirements.write_text(f"pricing==1.0 --hash=sha256:{sha256(archive)}\n")
    assert installation.origin() == Origin("wheel folder", sha256(archive))
    requirements.write_text(f"pricing==1.0 --hash=sha256:{'0' * 64}\n")
    assert installation.origin() == Origin("index")


def test_an_empty_record_is_no_packages() -> None:
    assert not comes_from(frozenset({("pricing.py", "sha256=0")}), frozenset())
    assert not comes_from(frozenset({("pricing.py", "sha256=0")}), frozenset({("pricing-1.0.data/scripts/x", "sha256=0")}))
