"""The metadata of a call: which of them are texts, and which come back with the response."""

from __future__ import annotations

import base64
import re
from typing import Any

from ..messages import ECHOED, LONGEST_ECHO

is_clean = re.compile(rf"[\x20-\x7e]{{1,{LONGEST_ECHO}}}").fullmatch  # whether metadata can have the text
_ECHOED = frozenset(ECHOED)


def as_text(value: Any) -> str:
    """A value of metadata; bytes as they are on the wire."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def echoed(metadata: Any) -> tuple[Any, ...]:
    """The entries of ECHOED, which come back with the response. metadata: of the call."""
    found: tuple[Any, ...] = ()
    for entry in metadata:
        if entry[0] in _ECHOED and len(entry[1]) <= LONGEST_ECHO:
            found = (*found, entry)
    return found
