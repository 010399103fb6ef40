"""The command `seldon-core-microservice`: serve the model of the current folder."""

from __future__ import annotations

import atexit
import os
import sys

if __name__ == "__main__":  # our own imports never find a file of the model's folder, which may be named like a module
    sys.path[:] = [entry for entry in sys.path if entry not in ("", os.getcwd())]

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from seldon_component import compat, log_lines
from seldon_component.errors import StartError

from .config.environment import allocator_is_configured, give_to_inline_class, read_settings
from .config.settings import Settings
from .model import inline_python
from .system import log
from .system.allocator import use_one_arena
from .system.memory_access import deny_memory_access


def main() -> int:
    """Exit code of the process: 0 after SIGTERM, or the code of the StartError that standard error shows."""
    deny_memory_access()  # before anything else, because this process holds the secrets of the state
    if sys.argv[1:2] == ["state"]:
        from .commands.state import main as state_command  # the server does not need it

        return state_command(sys.argv[2:])
    if sys.argv[1:2] == ["manifest"]:
        from .commands.manifest import run as manifest_command

        return manifest_command(sys.argv[2:], Path.cwd(), "seldon-core-microservice manifest")
    return _exit_code_of(_configure_and_serve)


def _exit_code_of(run: Callable[[], int]) -> int:
    try:
        return run()
    except StartError as error:
        log_lines.log_failure(compat.error_text(error))
        return error.exit_code


def _configure_and_serve() -> int:
    settings = read_settings(sys.argv[1:])
    inline_python.move_in(settings, sys.argv[1:])
    give_to_inline_class(settings)
    log.set_up(settings.logs.level, settings.logs.format, settings.model_process == "inline")
    if settings.model_process == "inline":
        sys.argv[:] = ["-c"]  # the arguments are ours, and the class may read its own
    return _serve(settings)


def _serve(settings: Settings) -> int:
    from .supervisor import Supervisor  # a process that only moves to another Python does not need it

    if not allocator_is_configured():
        use_one_arena()
    exit_handler = _ExitHandler()
    atexit.register(exit_handler)  # before the class's own exit handlers, and so called after them
    supervisor = Supervisor(settings)
    supervisor.catch_signals()
    if settings.model_process == "separate":
        exit_handler.exit_code = supervisor.run()
    else:
        from .inline_server import InlineServer

        server = InlineServer(supervisor, lambda: _exit_code_of(supervisor.run), exit_handler.end)
        exit_handler.exit_code = server.serve()
    return exit_handler.exit_code


class _ExitHandler:
    """Ends the process before the interpreter's clean-up, in which a thread that runs a library's code may abort it.

    exit_code: None until the server has ended as it should. Until then the interpreter ends in its usual way.
    """

    exit_code: int | None = None

    def __call__(self) -> None:
        if self.exit_code is None:
            return
        self.end(self.exit_code)

    def end(self, exit_code: int) -> NoReturn:
        """End the process at once."""
        log.flush()
        os._exit(exit_code)


if __name__ == "__main__":
    sys.exit(main())
