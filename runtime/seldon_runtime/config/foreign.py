"""Variables that have one of our names, but that a platform may have set for something else.

Kubernetes sets `REDIS_SERVICE_PORT=tcp://10.0.0.1:6379` in each pod if its namespace has a Service `redis-service`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# those of the APIs; with one of them, PORT is not needed
PORTS = ("PREDICTIVE_UNIT_SERVICE_PORT", "PREDICTIVE_UNIT_HTTP_SERVICE_PORT", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT")
PLATFORM_PORT = "PORT"
_OF_THE_STATE = ("PERSISTENCE_", "REDIS_")  # what the names begin with
_PORT_NAME = re.compile(r"PORT|PREDICTIVE_UNIT_.*PORT")
_LINK = re.compile(r"\s*(tcp|udp|sctp)://", re.IGNORECASE)


def without_foreign(texts: Mapping[str, str], needs_state: bool = False) -> dict[str, str]:
    """Without those that nobody reads, so that no such text can end the start. texts: variable -> text.

    These are links to Services in place of ports; PORT, if a port of ours is set; and all that is about the state, if
    it is neither kept nor needed.
    """
    ours = {name: text for name, text in texts.items() if not (_PORT_NAME.fullmatch(name) and _LINK.match(text))}
    if any(ours.get(name, "").strip() for name in PORTS):
        ours.pop(PLATFORM_PORT, None)
    if not needs_state and ours.get("PERSISTENCE", "").strip() != "1":
        ours = {name: text for name, text in ours.items() if not name.startswith(_OF_THE_STATE)}
    return ours
