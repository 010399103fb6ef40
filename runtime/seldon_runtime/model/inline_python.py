"""MODEL_PROCESS=inline: the server moves into the user's Python. Both need the same version."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from ..config.settings import Settings
from ..errors import BadSetting

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"  # the server's Python
_PRINT_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"
_BOOTSTRAP = (
    "import os, sys; ours = sys.argv.pop(1).split(':'); "
    "sys.path[:] = ours + [entry for entry in sys.path if entry not in ('', os.getcwd())]; "
    "from seldon_runtime.__main__ import main; sys.exit(main())"
)
_PACKAGES = (str(Path(__file__).resolve().parents[2]), sysconfig.get_path("purelib"))


def require(settings: Settings) -> None:
    """Raises BadSetting if an inline component's Python has another version: both share compiled packages."""
    if settings.model_process != "inline" or settings.model_python == sys.executable:
        return
    found = subprocess.run(
        [settings.model_python, "-ES", "-c", _PRINT_VERSION], capture_output=True, text=True, check=False
    )
    if found.stdout.strip() != VERSION:
        raise BadSetting(
            f"MODEL_PROCESS: inline needs the class to run on Python {VERSION}, the server's; "
            f"{settings.model_python} is Python {found.stdout.strip() or 'of unknown version'}. "
            "Use separate, or a builder of that version"
        )


def move_in(settings: Settings, arguments: Sequence[str]) -> None:
    """Replace this process by the same server on the user's Python, if an inline component needs that."""
    require(settings)
    if settings.model_process == "inline" and settings.model_python != sys.executable:
        command = [settings.model_python, "-u", "-c", _BOOTSTRAP, ":".join(_PACKAGES), *arguments]
        os.execve(settings.model_python, command, settings.component_environment)
