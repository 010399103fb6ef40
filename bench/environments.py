"""An environment of its own for each peer in .bench, made anew whenever its pins change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".bench"
_REQUIREMENTS = Path(__file__).parent / "requirements"

# peer -> the Python versions that it supports at the pinned releases, the best first
PEERS = {"seldon-core": ("3.10",), "kserve": ("3.12", "3.11"), "mlserver": ("3.12", "3.11")}


def install(peer: str) -> None:
    """Install a peer unless it is there."""
    pins, folder = _REQUIREMENTS / f"{peer}.txt", HOME / peer
    stamp = folder / "pins.txt"
    if stamp.is_file() and stamp.read_bytes() == pins.read_bytes():
        return
    print(f"installing {peer} into {folder.relative_to(ROOT)}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([_output("make/find-python", *PEERS[peer]), "-m", "venv", folder], check=True)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--requirement", pins], check=True)
    shutil.copy(pins, stamp)


def program(peer: str, name: str) -> str:
    """Path of a command of a peer's environment."""
    return str(HOME / peer / "bin" / name)


def model_python(version: str) -> str:
    """The interpreter for models on a Python version, with what the images have beside the user's class."""
    return _output("make/model-python", version)


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
