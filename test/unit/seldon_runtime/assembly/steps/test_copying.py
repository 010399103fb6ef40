"""The copy of a source: what of it may not be read is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from seldon_runtime.assembly.errors import StepFailed
from seldon_runtime.assembly.steps.copying import copy_tree


def test_all_files_that_may_not_be_read_are_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so the test takes its rights away in another way."""
    source = tmp_path / "source"
    (source / "data").mkdir(parents=True)
    for name in ("MyModel.py", "weights.bin", "data/key"):
        (source / name).touch()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name == "MyModel.py")
    with pytest.raises(StepFailed, match=r"may read, found others: data/key, weights\.bin; give their owner the right"):
        list(copy_tree(source, tmp_path / "home"))


def test_a_file_takes_the_place_of_another_ones(tmp_path: Path) -> None:
    """The file that is there may belong to another user, who alone may change it."""
    source, home = tmp_path / "source", tmp_path / "home"
    for folder in (source, home):
        folder.mkdir()
        (folder / "weights.bin").write_text(folder.name)
    before = (home / "weights.bin").stat().st_ino
    kept = (home / "weights.bin").open()
    assert list(copy_tree(source, home)) == []
    assert (home / "weights.bin").read_text() == "source"
    assert (home / "weights.bin").stat().st_ino != before
    kept.close()


def test_byte_code_comes_along_only_without_its_source(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "__pycache__").mkdir(parents=True)
    brought = ("MyModel.pyc", "__pycache__/MyModel.cpython-313.pyc", "__pycache__/MyModel.cpython-313.opt-2.pyc")
    for name in ("MyModel.py", *brought, "secret.pyc"):
        (source / name).touch()
    assert list(copy_tree(source, tmp_path / "home")) == []
    assert {path.name for path in (tmp_path / "home").rglob("*")} == {"MyModel.py", "__pycache__", "secret.pyc"}


def test_folders_get_their_modes_when_all_is_in_them(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "frozen" / "inner").mkdir(parents=True)
    (source / "frozen" / "inner" / "data").touch()
    (source / "frozen").chmod(0o555)
    assert list(copy_tree(source, tmp_path / "home")) == []
    assert (tmp_path / "home" / "frozen" / "inner" / "data").exists()
    assert (tmp_path / "home" / "frozen").stat().st_mode & 0o777 == 0o555
