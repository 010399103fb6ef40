"""The import of the class in its own Python, and what is known of the class then."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from seldon_component.errors import ImportFailed

from ...config.settings import Settings
from ...errors import BadSetting
from .process import ComponentProcess

_ENDS = "expected a class that can be imported, found one that ends the process with exit code"


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
        f"MODEL_NAME: {_ENDS} 0 meanwhile",
        file=sys.stderr,
        flush=True,
    )
    return Checked(ImportFailed.exit_code, {})


def examine(settings: Settings) -> dict[str, Any]:
    """As `check`, for a class whose arguments are known. Prints nothing itself.

    Returns what is known of the class. Raises BadSetting, with the traceback if the class has raised.
    """
    try:
        process = ComponentProcess(settings, task="examine")
    except OSError as error:
        raise BadSetting(f"MODEL_PYTHON: expected a Python, found {settings.model_python}: {error.strerror}") from None
    description = process.wait_until_loaded()
    code = process.wait()
    if process.start_failure:
        raise BadSetting(process.start_failure.text)
    if description is None:
        raise BadSetting(f"MODEL_NAME: {_ENDS} {code} meanwhile; {settings.model_python} must be a Python with numpy")
    return description
