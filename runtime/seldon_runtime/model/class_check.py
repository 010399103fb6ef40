"""The import of the class in its own Python, and what is known of the class then."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from seldon_component.errors import ImportFailed

from ..config.settings import Settings
from .process import ComponentProcess


class Checked(NamedTuple):
    """The exit code of a process that imported the class, and what it knows of the class; {} after a failure."""

    code: int
    description: dict[str, Any]


def check(settings: Settings) -> Checked:
    """Import the class in its own Python and look for its main method.

    Only the component's word on the channel says that it could be imported: a class may end the process with 0.
    """
    process = ComponentProcess(settings, task="check")
    description = process.wait_until_loaded()
    code = process.wait()
    if code or description is not None:
        return Checked(code, description or {})
    print(
        "MODEL_NAME: expected a class that can be imported, found one that ends the process with exit code 0 meanwhile",
        file=sys.stderr,
        flush=True,
    )
    return Checked(ImportFailed.exit_code, {})
