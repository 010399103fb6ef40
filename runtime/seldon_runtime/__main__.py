"""The command `seldon-core-microservice`: serve the model of the current folder.

An inline server first moves into the class's Python. What this module imports is only what that needs.
"""

from __future__ import annotations

import gc
import os
import sys

if __name__ == "__main__":  # our own imports never find a file of the model's folder, which may be named like a module
    sys.path[:] = [entry for entry in sys.path if entry not in ("", os.getcwd())]

from seldon_component import log_text
from seldon_component.errors import StartError

from .config.class_python import read_inline_python
from .model.inline import interpreter
from .system.memory_access import deny_memory_access


def main() -> int:
    """Exit code of the process: 0 after SIGTERM, or the code of the StartError that standard error shows."""
    deny_memory_access()  # before anything else, because this process holds the secrets of the state
    arguments = sys.argv[1:]
    if arguments[:1] == ["state"]:
        from .commands.state import main as state_command  # the server does not need it

        return state_command(arguments[1:])
    if arguments[:1] == ["manifest"]:
        from .commands.manifest import of_current_folder

        return of_current_folder(arguments[1:], "seldon-core-microservice manifest")
    return _move_and_serve(arguments)


def _move_and_serve(arguments: list[str]) -> int:
    try:
        if inline := read_inline_python():
            interpreter.move_in(inline, arguments)
            sys.argv[:] = ["-c"]  # the arguments are ours, and the class may read its own
    except StartError as error:
        log_text.write(f"{error}\n")
        return error.exit_code
    gc.disable()  # until all is imported
    from .server_process import serve  # a process that only moves to another Python does not need it

    return serve(arguments)


if __name__ == "__main__":
    sys.exit(main())
