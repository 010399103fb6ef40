"""s2i/bin/save-artifacts: what it prints is a tar."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

from support.scripts import variables
from support.server import ROOT


def test_the_artifacts_of_what_was_never_assembled_are_an_empty_tar(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path], check=True)
    given = variables(MODEL_PYTHON=str(tmp_path / "bin" / "python"))
    artifacts = subprocess.run([ROOT / "s2i" / "bin" / "save-artifacts"], env=given, capture_output=True, check=True)
    assert tarfile.open(fileobj=io.BytesIO(artifacts.stdout)).getnames() == []
    assert artifacts.stderr == b""
