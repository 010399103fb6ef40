"""An environment of its own for each peer in .bench, made anew whenever its pins change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from .errors import BenchError

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".bench"
_REQUIREMENTS = Path(__file__).parent / "requirements"

# command -> the Debian package that has it
_TOOLS = {"wrk": "wrk", "h2load": "nghttp2-client", "taskset": "util-linux"}
# peer -> the Python versions that it supports at the pinned releases, the best first
PEERS = {
    "seldon-core": ("3.10",),
    "kserve": ("3.12", "3.11"),
    "mlserver": ("3.12", "3.11"),
    "onnxruntime": ("3.13",),  # no peer: a class's environment in our own images
}


def require_tools() -> None:
    """Raises BenchError when a command is missing."""
    missing = [f"{tool} (Debian: {package})" for tool, package in _TOOLS.items() if not shutil.which(tool)]
    if missing:
        raise BenchError(f"missing: {', '.join(missing)}")


def install(peer: str) -> None:
    """Install a peer unless it is there. Raises BenchError."""
    pins, folder = _REQUIREMENTS / f"{peer}.txt", HOME / peer
    stamp = folder / "pins.txt"
    if stamp.is_file() and stamp.read_bytes() == pins.read_bytes():
        return
    print(f"installing {peer} into {folder.relative_to(ROOT)}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    _output(_output("make/find-python", *PEERS[peer]), "-m", "venv", str(folder))
    pip = (program(peer, "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
    _output(*pip, "--requirement", str(pins))
    shutil.copy(pins, stamp)


def program(peer: str, name: str) -> str:
    """Path of a command of a peer's environment."""
    return str(HOME / peer / "bin" / name)


def model_python(version: str, *locks: str) -> str:
    """The interpreter for models on a Python version, with what the images have beside the user's class."""
    return _output("make/model-python", version, *locks)


def _output(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command)} ended with {done.returncode}")
    return done.stdout.strip()
