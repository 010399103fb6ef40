"""How a process of the component ended, and what became of the requests that it was given."""

from __future__ import annotations

import signal
from typing import NamedTuple

from ..request_queue import QueuedRequest

_SIGNALS = {number.value: number.name for number in signal.Signals}


class Remains(NamedTuple):
    """The requests of a process that has ended.

    suspect: the one that the class was at work on, or that it most likely was; None between two requests.
    begun: those that the class has or may have begun, the suspect among them. They are never sent again.
    untouched: those that another process can have.
    """

    suspect: QueuedRequest | None
    begun: list[QueuedRequest]
    untouched: list[QueuedRequest]


def remains_of(
    unanswered: list[QueuedRequest], answered: int, begun: int | None, current: int | None, is_broken: bool
) -> Remains:
    """unanswered: those without a response, in their order. answered: how many had one before.

    begun, current: what Progress says. is_broken: whether the process was killed for what it sent. Then the first
    request without a response is the suspect, unless the class was at work on another one.
    """
    count = len(unanswered) if begun is None else begun - answered
    if not 0 <= count <= len(unanswered):  # the class has written over the page
        count, current = len(unanswered), None
        is_broken = True
    lost = unanswered[:count]
    if current is not None and 0 < current - answered <= count:
        suspect: QueuedRequest | None = unanswered[current - answered - 1]
    else:
        suspect = lost[0] if lost and (is_broken or begun is None) else None
    return Remains(suspect, lost, unanswered[count:])


def exit_description(code: int, doing: str, reason: str | None = None) -> str:
    """How the component's process ended, in words.

    code: as subprocess has it, negative for a signal. reason: why the server has killed the process, if it has.
    """
    if reason is not None:
        return f"the component's process was killed while {doing}, because {reason}"
    how = f"exit code {code}" if code >= 0 else f"signal {-code}, {_SIGNALS.get(-code, 'of no name')}"
    return f"the component's process ended ({how}) while {doing}"
