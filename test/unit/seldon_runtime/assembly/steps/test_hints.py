"""What is often a mistake in a source has a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from seldon_runtime.assembly.steps.hints import hints_of

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 900000000\n"


def test_pointers_of_git_lfs_are_named(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    for name in ("weights.bin", "models/a.onnx"):
        (tmp_path / name).write_text(POINTER)
    (tmp_path / "README.md").write_text("git-lfs.github.com\n")
    assert hints_of(tmp_path) == [
        "models/a.onnx, weights.bin: a pointer of Git LFS in place of the file; run `git lfs pull` and build with --copy"
    ]


WRITE = "write what the model needs into requirements.txt"


@pytest.mark.parametrize(("name", "todo"), [
    ("Pipfile", WRITE),
    ("Requirements.txt", WRITE),
    ("requirements-prod.txt", WRITE),
    ("requirements.in", WRITE),
    ("requirements/prod.txt", WRITE),
    ("conda-lock.yml", WRITE),
    ("pylock.prod.toml", "rename it to pylock.toml"),
    ("environment.yaml", "rename it to environment.yml"),
    ("conda.yml", "rename it to environment.yml"),
])
def test_a_list_of_requirements_that_is_not_read_is_named_if_it_is_the_only_one(name: str, todo: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    assert hints_of(tmp_path) == [f"{name}: not read; {todo}"]
    (tmp_path / "requirements.txt").touch()
    assert hints_of(tmp_path) == []


def test_a_link_to_nowhere_in_place_of_a_file_that_is_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").symlink_to("../requirements.txt.in")
    (tmp_path / "data").symlink_to("/no/such/folder")
    assert hints_of(tmp_path) == [
        "requirements.txt: a link to ../requirements.txt.in, which is not in the image; copy the file into the source"
    ]
