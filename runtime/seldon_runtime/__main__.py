"""The command `seldon-core-microservice`: serve the model of the current folder."""

from __future__ import annotations

import atexit
import logging
import os
import sys

from seldon_component.errors import StartError

from .config.settings import Settings, read_settings
from .model import inline_python


def main() -> int:
    """Exit code of the process: 0 after SIGTERM, else that of the StartError whose text stands on standard error."""
    if sys.argv[1:2] == ["state"]:
        from .commands.state import main as state_command  # what serves needs none of it

        return state_command(sys.argv[2:])
    try:
        settings = read_settings(sys.argv[1:])
        inline_python.move_in(settings, sys.argv[1:])
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(name)s %(levelname)s: %(message)s")
        return _serve(settings)
    except StartError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code


def _serve(settings: Settings) -> int:
    from .supervisor import Supervisor  # what has only moved to another Python needs none of it

    ended: list[int] = []
    atexit.register(_leave, ended)  # before the class's own exit handlers, and so called after them
    ended.append(Supervisor(settings).run())
    return ended[0]


def _leave(ended: list[int]) -> None:
    """End the process before the interpreter's clean-up, in which a thread that is in a library's code may abort it."""
    if ended:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(ended[0])


if __name__ == "__main__":
    sys.exit(main())
