"""What the testers ask a server through, whichever wire it is."""

from __future__ import annotations

from typing import Protocol

from seldon_component.payload import Payload

from ..messages import Content

TIMEOUT = 60.0  # seconds for one answer


class NoAnswer(Exception):
    """The server cannot be reached, refused the request, or answered what is no message; the text says which."""


class Wire(Protocol):
    """A server's API."""

    def ask(self, method: str, question: Content) -> Payload:
        """The answer to `predict`, `transform_input`, `send_feedback` and so on. Raises NoAnswer."""
