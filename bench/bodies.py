"""Files with the bodies of requests and responses, which the load clients and the static server read."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .environments import HOME
from .payloads import Payload
from .servers import RESPONSES
from .wires import Wire


@cache
def request_body(wire: Wire, payload: Payload) -> Path:
    """The body of a request. Each run writes it again."""
    path = (
        HOME
        / "requests"
        / f"{wire.path_of(payload)} {wire.content_type} {payload.name}".replace("/", "-").replace(":", "-")
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wire.encode(payload))
    return path


def write_responses(requests: Iterable[tuple[Wire, Payload]]) -> None:
    """Write the responses to those of the requests that go to the static server. It reads them when it starts."""
    shutil.rmtree(RESPONSES, ignore_errors=True)
    RESPONSES.mkdir(parents=True)
    for wire, payload in requests:
        if wire.respond is not None:
            (RESPONSES / wire.path_of(payload)[1:]).write_bytes(wire.respond(payload))
