"""The four scripts of s2i/bin on this machine, without Docker: their variables put them into a scratch folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.server import ROOT, Server, environment

APPS = ROOT / "test" / "apps"


def variables(**given: object) -> dict[str, str]:
    """The environment of a script: this one's without any setting of ours or Python's, and what is given."""
    inherited = {
        name: text for name, text in environment().items() if name != "SELDON_BUILDER" and not name.startswith("PYTHON")
    }
    return {**inherited, "SERVER_PYTHON": sys.executable, **{name: str(value) for name, value in given.items()}}


def script(name: str, **given: object) -> subprocess.CompletedProcess[str]:
    """The ended run of a script with these variables."""
    return subprocess.run(
        [ROOT / "s2i" / "bin" / name], env=variables(**given), capture_output=True, text=True, check=False
    )


def version_of(python: str) -> str:
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


class Service(Server):
    """A script `run` that serves a folder. Its output can be read while it runs."""

    def __init__(self, folder: Path, scratch: Path, **given: object) -> None:
        super().__init__(ROOT, scratch, [ROOT / "s2i" / "bin" / "run"], variables(), MICROSERVICE_HOME=folder, **given)
        self.start()
