"""The command `seldon-core-microservice`: serve the model of the current folder."""

from __future__ import annotations

import atexit
import os
import sys

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
    try:
        settings = read_settings(sys.argv[1:])
        inline_python.move_in(settings, sys.argv[1:])
        give_to_inline_class(settings)
        log.set_up(settings.serving.log_level)
        return _serve(settings)
    except StartError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code


def _serve(settings: Settings) -> int:
    from .supervisor import Supervisor  # a process that only moves to another Python does not need it

    if not allocator_is_configured():
        use_one_arena()
    exit_handler = _ExitHandler()
    atexit.register(exit_handler)  # before the class's own exit handlers, and so called after them
    exit_handler.exit_code = Supervisor(settings).run()
    return exit_handler.exit_code


class _ExitHandler:
    """Ends the process before the interpreter's clean-up, in which a thread that runs a library's code may abort it.

    exit_code: None until the server has ended as it should. Until then the interpreter ends in its usual way.
    """

    exit_code: int | None = None

    def __call__(self) -> None:
        if self.exit_code is None:
            return
        log.flush()
        os._exit(self.exit_code)


if __name__ == "__main__":
    sys.exit(main())
