"""The process of the server, from its settings to its exit code."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Sequence
from typing import NoReturn

from seldon_component import compat, log_lines
from seldon_component.errors import StartError

from .config.environment import allocator_is_configured, prepare_process, read_settings
from .config.settings import Settings
from .inline_server import InlineServer
from .supervisor import Supervisor
from .system import log
from .system.allocator import use_one_arena


def serve(arguments: Sequence[str]) -> int:
    """Serve on this Python. Exit code: 0 after SIGTERM, or the code of the StartError that standard error shows."""
    return _exit_code_of(lambda: _configure_and_serve(arguments))


def _exit_code_of(run: Callable[[], int]) -> int:
    try:
        return run()
    except StartError as error:
        log_lines.log_failure(compat.error_text(error))
        return error.exit_code


def _configure_and_serve(arguments: Sequence[str]) -> int:
    if not allocator_is_configured():
        use_one_arena()  # before the log starts its thread
    settings = read_settings(arguments)
    prepare_process(settings)
    log.set_up(settings.logs.level, settings.logs.format, settings.model_process == "inline")
    return _serve(settings)


def _serve(settings: Settings) -> int:
    exit_handler = _ExitHandler()
    atexit.register(exit_handler)  # before the class's own exit handlers, and so called after them
    supervisor = Supervisor(settings)
    supervisor.catch_signals()
    if settings.model_process == "separate":
        exit_handler.exit_code = supervisor.run()
    else:
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
