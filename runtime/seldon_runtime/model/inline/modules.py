"""The modules of an inline class and those of the server, which share one `sys.modules`.

A file of the model's folder may be named like a module that the server uses, for example `random.py` or `orjson.py`. In
a process of its own the class gets its file. Here the server's module is there already, and both cannot be. So such a
file ends the start, and nobody gets another module than the one that was meant.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from seldon_component.user_class.folder import modules_in

from ...errors import BadSetting

_PRINT_MODULES = "import sys; print(*sys.modules)"


def check_names(folder: Path, used_later: Iterable[str]) -> None:
    """Raises BadSetting for files of the folder that are named like modules of the server.

    used_later: the names of modules that the server would import later, when the folder is on the path. They are
    imported now. A file that plain `python` would not import either, such as `os.py`, is none of these.
    """
    for name in used_later:
        importlib.import_module(name)
    own = modules_in(str(folder))
    clashing = {name for name in own if name in sys.modules}
    if clashing:
        clashing -= _modules_of_plain_python()
    if clashing:
        raise BadSetting(
            f"MODEL_PROCESS: expected no file that is named like a module of the server, which inline shares, found "
            f"{', '.join(sorted(own[name] for name in clashing))}; rename it, or set MODEL_PROCESS=separate"
        )


def _modules_of_plain_python() -> set[str]:
    """The modules that the interpreter imports by itself, before it looks at the folder of its program."""
    plain = subprocess.run([sys.executable, "-c", _PRINT_MODULES], cwd="/", capture_output=True, text=True, check=False)
    return set(plain.stdout.split())
