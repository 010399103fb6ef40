"""Files with what is sent: the load clients read them, and so does the static server."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from . import wires
from .environments import HOME
from .payloads import Payload
from .servers import ANSWERS
from .wires import Wire


@cache
def question(wire: Wire, payload: Payload) -> Path:
    """The body of a request, written anew in each run."""
    path = HOME / "questions" / f"{wire.path_of(payload)} {payload.name}".replace("/", "-").replace(":", "-")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wire.encode(payload))
    return path


def write_answers(payloads: Iterable[Payload]) -> None:
    """All that the static server has, before it starts."""
    shutil.rmtree(ANSWERS, ignore_errors=True)
    ANSWERS.mkdir(parents=True)
    for payload in payloads:
        (ANSWERS / wires.STATIC.path_of(payload)[1:]).write_bytes(wires.static_answer(payload))
