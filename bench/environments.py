"""Each peer has an environment of its own in .bench. It is made again when its pins change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from .errors import BenchError

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".bench"
_REQUIREMENTS = Path(__file__).parent / "requirements"

# command -> its Debian package
_TOOLS = {"wrk": "wrk", "h2load": "nghttp2-client", "taskset": "util-linux", "redis-server": "redis-server"}
# peer -> the Python versions that its pinned release supports, the best one first
PEERS = {
    "seldon-core": ("3.10",),
    "kserve": ("3.12", "3.11"),
    "mlserver": ("3.12", "3.11"),
    "onnxruntime": ("3.13",),  # not a peer: the environment of a class in our own images
}


def require_tools(*tools: str) -> None:
    """Raises BenchError if one of the commands is missing."""
    missing = [f"{tool} (Debian: {_TOOLS[tool]})" for tool in tools if not shutil.which(tool)]
    if missing:
        raise BenchError(f"missing: {', '.join(missing)}")


def install(peer: str) -> None:
    """Install a peer if its environment is missing or old. Raises BenchError."""
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
    """The path of a command in a peer's environment."""
    return str(HOME / peer / "bin" / name)


def model_python(version: str, *locks: str) -> str:
    """The interpreter for a class on this Python version, with the packages that our images have for it."""
    return _output("make/model-python", version, *locks)


def _output(*command: str) -> str:
    completed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if completed.returncode:
        raise BenchError(f"{' '.join(command)} ended with {completed.returncode}")
    return completed.stdout.strip()
