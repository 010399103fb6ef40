"""s2i/bin/assemble after s2i/bin/save-artifacts: an incremental build, on each Python that models have."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from seldon_runtime.assembly.record.pieces import packed, unpacked
from support.package_index import Index, make_wheel
from support.pythons import CURRENT
from support.sandbox import Sandbox, build, origins


@pytest.fixture
def stocked(sandbox: Sandbox) -> Sandbox:
    """With an index of a few packages; `pricing` needs `rounding`."""
    return stock(sandbox)


@pytest.fixture
def one_stocked(one_sandbox: Sandbox) -> Sandbox:
    """The same, on the current Python alone."""
    return stock(one_sandbox)


class Earlier:
    """A sandbox with a build of pricing and tariffs==1.0, which its tests share. files: what that build has installed."""

    def __init__(self, folder: Path, builder: Path) -> None:
        self._sandbox = stock(Sandbox(folder, builder, Index(folder / "index")))
        build(self._sandbox, "pricing", "tariffs==1.0")
        self.files = self._sandbox.installed_files()
        self._sandbox.save_artifacts()
        self._artifacts = self._sandbox.artifacts.rename(folder / "of-the-earlier-build")

    def saved(self) -> Sandbox:
        """The sandbox with a builder again, and with the artifacts of the build."""
        self._sandbox.renew()
        shutil.rmtree(self._sandbox.artifacts, ignore_errors=True)
        shutil.copytree(self._artifacts, self._sandbox.artifacts)
        return self._sandbox

    def close(self) -> None:
        self._sandbox.index.close()


@pytest.fixture(scope="module")
def earlier_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Earlier]]:
    """The earlier build with a builder. There is one for each builder."""
    builds: dict[Path, Earlier] = {}

    def of(builder: Path) -> Earlier:
        if builder not in builds:
            builds[builder] = Earlier(tmp_path_factory.mktemp("earlier"), builder)
        return builds[builder]

    yield of
    for each in builds.values():
        each.close()


@pytest.fixture
def earlier(earlier_of: Callable[[Path], Earlier], builder: Path) -> Earlier:
    return earlier_of(builder)


@pytest.fixture
def one_earlier(earlier_of: Callable[[Path], Earlier], one_builder: Path) -> Earlier:
    """The same, on the current Python alone."""
    return earlier_of(one_builder)


def stock(sandbox: Sandbox) -> Sandbox:
    make_wheel(sandbox.index.folder, "pricing", "1.0", requires=["rounding"])
    make_wheel(sandbox.index.folder, "rounding", "1.5", size=1000)
    for version in ("1.0", "2.0"):
        make_wheel(sandbox.index.folder, "tariffs", version)
    return sandbox


def test_unchanged_requirements_are_reused_byte_for_byte_and_pip_is_not_even_run(earlier: Earlier) -> None:
    sandbox = earlier.saved()
    printed = build(sandbox, "pricing", "tariffs==1.0")
    assert "the requirements are unchanged: 3 packages of the earlier build are reused" in printed
    assert "Installing" not in printed
    assert "Importing MyModel in its own Python" in printed
    assert sandbox.index.asked == []
    assert sandbox.installed_files() == earlier.files
    assert set(origins(sandbox).values()) == {"cache"}


def test_one_changed_line_installs_only_what_it_must(earlier: Earlier) -> None:
    sandbox = earlier.saved()
    printed = build(sandbox, "pricing", "tariffs==2.0")
    assert "the requirements have changed: 3 packages of the earlier build are reused" in printed
    assert sandbox.index.downloads and all(name.startswith("tariffs-2.0") for name in sandbox.index.downloads)
    assert sandbox.versions("pricing", "rounding", "tariffs") == ["1.0", "1.5", "2.0"]
    assert origins(sandbox) == {"pricing": "cache", "rounding": "cache", "tariffs": "index"}


def test_what_a_removed_line_had_brought_is_removed_too(one_earlier: Earlier) -> None:
    sandbox = one_earlier.saved()
    assert "removed: pricing, rounding" in build(sandbox, "tariffs==1.0")
    after = sandbox.installed_files()
    sandbox.renew()
    build(sandbox, "tariffs==1.0")
    assert sandbox.installed_files() == after


def test_after_many_builds_there_are_no_more_files_than_after_one(one_stocked: Sandbox) -> None:
    build(one_stocked, "pricing")
    once = sorted(one_stocked.installed_files())
    for requirements in (["pricing"], ["pricing", "tariffs"], ["pricing"]):
        one_stocked.save_artifacts()
        build(one_stocked, *requirements)
        assert not any(one_stocked.artifacts.iterdir())
    assert sorted(one_stocked.installed_files()) == once


def test_a_package_in_place_of_the_builders_own_is_reused(one_stocked: Sandbox) -> None:
    make_wheel(one_stocked.index.folder, "wheel", "0.1")
    build(one_stocked, "wheel==0.1")
    before = one_stocked.installed_files()
    one_stocked.save_artifacts()
    build(one_stocked, "wheel==0.1")
    assert one_stocked.installed_files() == before


def test_a_wheel_of_other_content_is_installed_again(one_stocked: Sandbox) -> None:
    make_wheel(one_stocked.wheels, "pricing", "1.0", text="KIND = 'first'\n")
    build(one_stocked, "pricing")
    one_stocked.save_artifacts()
    make_wheel(one_stocked.wheels, "pricing", "1.0", text="KIND = 'second'\n")
    build(one_stocked, "pricing")
    assert origins(one_stocked)["pricing"] == "wheel folder"
    (module,) = one_stocked.environment.glob("lib/python3*/site-packages/pricing/__init__.py")
    assert "second" in module.read_text()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"python": "3.6.15"}, f"it is for Python 3.6.15, and this is {CURRENT}."),
        ({"architecture": "aarch64"}, "it is for the architecture aarch64, and this is x86_64"),
        ({"format": 1}, "it is for the format 1, and this is 2"),
        ({"builders": {"numpy": "1.0"}}, "the builder has other packages now"),
        ({"sha256": "0"}, "its files are not those that were installed"),
        ({"packages": None}, "it cannot be read"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_foreign_archive_is_ignored_with_a_line(change: dict[str, object], why: str, one_earlier: Earlier) -> None:
    sandbox = one_earlier.saved()
    record = sandbox.artifacts / "build.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), **change}))
    printed = build(sandbox, "tariffs==1.0")
    assert f"what the earlier build has left is not used: {why}" in printed
    assert origins(sandbox) == {"tariffs": "index"}
    assert not any(sandbox.artifacts.iterdir())


def test_a_poisoned_archive_is_ignored_with_a_line(one_earlier: Earlier) -> None:
    sandbox = one_earlier.saved()
    (piece,) = (sandbox.artifacts / "installed").iterdir()
    content = unpacked(piece.read_bytes())
    poisoned = content.replace(b"VERSION = '1.0'", b"VERSION = '6.6'")
    assert poisoned != content
    piece.write_bytes(packed(poisoned))
    assert "not used: its files are not those that were installed" in build(sandbox, "tariffs==1.0")
    assert sandbox.versions("tariffs") == ["1.0"]


@pytest.mark.parametrize("name", ["files", "installed/000000"])
@pytest.mark.parametrize("content", [b"", b"poison", base64.b64encode(b"poison")])
def test_an_archive_with_a_piece_that_is_none_is_ignored_with_a_line(
    content: bytes, name: str, one_earlier: Earlier
) -> None:
    sandbox = one_earlier.saved()
    piece = sandbox.artifacts / name
    assert piece.is_file()
    piece.write_bytes(content)
    assert "what the earlier build has left is not used: it cannot be read" in build(sandbox, "tariffs==1.0")


def test_an_archive_that_is_none_is_ignored_with_a_line(one_stocked: Sandbox) -> None:
    one_stocked.artifacts.mkdir()
    (one_stocked.artifacts / "build.json").write_text("poison")
    assert "what the earlier build has left is not used: it cannot be read" in build(one_stocked, "tariffs")


def test_two_builds_of_one_source_write_the_same_files_byte_for_byte(stocked: Sandbox) -> None:
    (stocked.source / "setup.py").write_text(
        "import setuptools\nsetuptools.setup(name='shop', version='1', packages=['shop'])\n"
    )
    (stocked.source / "shop").mkdir()
    (stocked.source / "shop" / "__init__.py").write_text("PLACES = {'berlin', 'potsdam', 'frankfurt'}\n")
    make_wheel(stocked.wheels, "rounding", "1.5", text="WORDS = 'a b c' in {'x', 'yy', 'zzz', 'wwww'}\n")
    build(stocked, "pricing", "tariffs")
    first = stocked.installed_files()
    stocked.renew()
    (stocked.source / "MyModel.py").touch()
    build(stocked, "pricing", "tariffs")
    assert stocked.installed_files() == first


def test_a_build_on_top_of_a_build_knows_what_both_have_installed(one_stocked: Sandbox) -> None:
    for requirement in ("tariffs", "pricing"):
        build(one_stocked, requirement)
    assert set(origins(one_stocked)) == {"pricing", "rounding"}
