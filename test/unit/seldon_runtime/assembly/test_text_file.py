"""Texts in all encodings that a source may have."""

from __future__ import annotations

from pathlib import Path

import pytest
from seldon_runtime.assembly.text_file import read_small_text, read_text

TEXT = "https://reader:pa55word@pypi.example.com/simple caf\u00e9"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_text_is_read_by_its_encoding(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(TEXT.encode(encoding))
    assert read_small_text(tmp_path / "requirements.txt") == TEXT


def test_bytes_of_another_encoding_spoil_only_themselves(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(TEXT.encode("latin-1"))
    assert read_text(tmp_path / "notes.txt") == read_small_text(tmp_path / "notes.txt") == TEXT.replace("\u00e9", "\ufffd")


def test_large_and_binary_and_absent_files_have_no_text(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"\0\1https://reader:pa55word@example.com" * 10)
    (tmp_path / "large.json").write_text(TEXT * 100000)
    assert [read_small_text(tmp_path / name) for name in ("model.bin", "large.json", "none")] == ["", "", ""]
