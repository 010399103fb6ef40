"""The choice of the installer: uv where it can do what pip does, otherwise pip."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ..build import Build
from ..progress import Note
from .pip import Pip
from .pip_configuration import read_pip_options
from .requirements_file import RequirementsFile
from .run import Run
from .uv import Uv, is_usable
from .uv_options import NeedsPip, uv_options


class Installer(Protocol):
    """name: that of its command."""

    name: str

    def install(self, arguments: list[str], folder: Path) -> Run:
        """Install in `folder` what the arguments of `pip install` say."""


def installers(build: Build, file: RequirementsFile, note: Note) -> list[Installer]:
    """The installers to try, one after the other. A note says why uv is not among them if the user can change that.

    pip is always the last one, because some requirements are valid for pip alone, and so that its errors are shown.
    """
    pip = Pip(build)
    if build.settings.build.installer == "pip" or not is_usable(build):
        return [pip]
    try:
        options = read_pip_options(build.pip_environment, build.python.program)
        return [Uv(build, uv_options(options, file, bool(build.wheels.usable))), pip]
    except (NeedsPip, ValueError) as why:
        note(f"pip installs in place of uv: {why}")
        return [pip]
