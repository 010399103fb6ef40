"""Requests as frames for a process of the component, and what the frames of its responses say."""

from __future__ import annotations

from collections import deque
from typing import Any, cast

from seldon_component.channel.frames import BrokenChannel, frame
from seldon_component.errors import CANCELLED, CallError

from ..request_queue import QueuedRequest

# the number of a request, its failure or None, and its `call_times` if it was traced
ResponseHead = tuple[int, tuple[Any, ...] | None, tuple[float, float] | None]


def frame_of(queued: QueuedRequest) -> list[Any]:
    """The bytes by which the component gets a request."""
    request = queued.request
    return cast("list[Any]", frame((request.method, request.wire, queued.id, request.trace_parent), request.content))


def empty_frame_of(queued: QueuedRequest) -> list[Any]:
    """The bytes for a request that the component leaves out."""
    return cast("list[Any]", frame(("", "", queued.id, "")))


def error_of(head: ResponseHead, payload: Any, unanswered: deque[QueuedRequest]) -> CallError | None:
    """The error of a response; None for a message. unanswered: the requests without a response, in their order.

    Raises BrokenChannel if it is not the response to the first of them.
    """
    number, failure = head[:2]
    if not unanswered or number != unanswered[0].id:
        raise BrokenChannel("response: expected that of the next request, found another one")
    if failure is None:
        if payload is None:
            raise BrokenChannel("response: expected a message or an error, found neither")
        return None
    reason, info, status_code, body = failure
    if reason == CANCELLED and not unanswered[0].is_withdrawn:
        raise BrokenChannel("response: expected one, found that the request was left out")
    return CallError(info, status_code, reason, body)
