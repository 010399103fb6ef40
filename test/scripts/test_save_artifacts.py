"""s2i/bin/save-artifacts: what it prints is a tar."""

from __future__ import annotations

import io
import subprocess
import tarfile

from scripts import ROOT


def test_the_artifacts_are_an_empty_tar() -> None:
    artifacts = subprocess.run([ROOT / "s2i" / "bin" / "save-artifacts"], capture_output=True, check=True)
    assert tarfile.open(fileobj=io.BytesIO(artifacts.stdout)).getnames() == []
    assert artifacts.stderr == b""
