"""The folder of files that are gone when the image is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from seldon_runtime.assembly.errors import InstallFailed
from seldon_runtime.assembly.secrets_folder import read_secrets


def test_pip_is_told_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").touch()
    (tmp_path / ".netrc").touch()
    (tmp_path / "other").touch()
    variables = read_secrets(tmp_path).variables
    assert variables == {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf"), "NETRC": str(tmp_path / ".netrc")}


def test_its_passwords_are_masked_the_longest_first(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("index-url = https://reader:abc@example.com/simple\n")
    (tmp_path / ".netrc").write_text("machine example.com login reader password abcdef\n")
    assert read_secrets(tmp_path).masked("abcdef and abc") == "**** and ****"


def test_no_folder_has_nothing(tmp_path: Path) -> None:
    folder = read_secrets(tmp_path / "none")
    assert (folder.variables, folder.passwords) == ({}, ())


def test_a_file_that_may_not_be_read_is_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> str:
        raise PermissionError

    (tmp_path / "pip.conf").touch()
    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(InstallFailed, match=f"pip.conf: uid {os.getuid()} may not read it; in a Dockerfile, mount"):
        read_secrets(tmp_path)
