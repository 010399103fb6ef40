"""MODEL_PROCESS=inline: the server moves into the user's Python. Both need the same version."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...errors import BadSetting

if TYPE_CHECKING:
    from ...config.class_python import InlinePython
    from ...config.settings import Settings

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"  # the server's Python
_PRINT_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"
_BOOTSTRAP = (
    "import gc, os, sys; gc.disable(); ours, arguments = sys.argv[1].split(':'), sys.argv[2:]; del sys.argv[1:]; "
    "sys.path[:] = ours + [entry for entry in sys.path if entry not in ('', os.getcwd())]; "
    "from seldon_runtime.system.memory_access import deny_memory_access; deny_memory_access(); "
    "from seldon_runtime.server_process import serve; sys.exit(serve(arguments))"
)


def require(settings: Settings) -> None:
    """Raises BadSetting if an inline component's Python has another version: both share compiled packages."""
    if settings.model_process == "inline":
        _require_version(settings.model_python)


def move_in(inline: InlinePython, arguments: Sequence[str]) -> None:
    """Replace this process by the same server on the class's Python, unless it runs there. Raises BadSetting."""
    python = inline.program
    _require_version(python)
    if python != sys.executable:
        runtime = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3))
        packages = ":".join((runtime, sysconfig.get_path("purelib")))
        os.execve(python, [python, "-u", "-c", _BOOTSTRAP, packages, *arguments], inline.variables)


def _require_version(python: str) -> None:
    if python == sys.executable or _is_named_for_our_version(python):
        return
    found = _ask_version(python)
    if found != VERSION:
        raise BadSetting(
            f"MODEL_PROCESS: inline needs the class to run on Python {VERSION}, the server's; "
            f"{python} is Python {found or 'of unknown version'}. Use separate, or a builder of that version"
        )


def _is_named_for_our_version(python: str) -> bool:
    """Whether the file is called `python3.14`, as in an installation. Those of an environment are links to such a file.

    Another name says nothing, so the interpreter itself has to be asked, and that takes as long as its start.
    """
    return os.path.basename(os.path.realpath(python)) == f"python{VERSION}"


def _ask_version(python: str) -> str:
    """Empty for a program that is no Python."""
    import subprocess  # here, because few starts need it

    asked = subprocess.run([python, "-ES", "-c", _PRINT_VERSION], capture_output=True, text=True, check=False)
    return asked.stdout.strip()
