"""Requests on which the class has crashed. One that crashed it twice is refused for a while."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, cast

from seldon_component.channel.frames import frame
from seldon_component.errors import CallError
from seldon_component.payload import Feedback, Payload, first_of
from seldon_component.user_class import batch

from ...errors import CrashingRequest
from ...messages import Content, Request
from ..interface import OnAnswer

_MOST = 64  # requests that are remembered, the last ones
_SECONDS = 600.0  # for which one is remembered
_REFUSED_AFTER = 2  # crashes


@dataclass
class _Suspect:
    """outline: what a request must have in common with it, before its digest is computed. until: monotonic time."""

    outline: Hashable
    crashes: int
    until: float


class Suspects:
    """Recognises a request by a digest of its content without the puid.

    A response to the same content clears it: then something else ended the process, for example its memory limit.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.outlines: frozenset[Hashable] = frozenset()  # empty almost always: then nothing needs a digest
        self._clock = clock
        self._found: OrderedDict[bytes, _Suspect] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, request: Request) -> None:
        """The class has crashed on this request, or on one of this batch: each request of it is then a suspect."""
        if request.method != batch.METHOD:
            return self._add(request, 1)
        for content in cast("list[Payload]", request.content):
            self._add(Request("predict", content, request.wire), 0)

    def _add(self, request: Request, crashes: int) -> None:
        digest = _digest(request)
        with self._lock:
            before = self._found.pop(digest, None)
            crashes = max(1, crashes + (before.crashes if before else 0))
            self._found[digest] = _Suspect(_outline(request), crashes, self._clock() + _SECONDS)
            while len(self._found) > _MOST:
                self._found.popitem(last=False)
            self._note_outlines()

    def guard(self, request: Request, on_answer: OnAnswer) -> OnAnswer | None:
        """The callback to use for a request; None if it is refused, and has been answered."""
        found = self._find(request)
        if found is None:
            return on_answer
        digest, suspect = found
        if suspect.crashes >= _REFUSED_AFTER:
            on_answer(None, self._refusal(suspect))
            return None
        request.goes_alone = True

        def answer(payload: Payload | None, error: CallError | None) -> None:
            if error is None:
                self._forget(digest)
            on_answer(payload, error)

        return answer

    def refusal(self, request: Request) -> CrashingRequest | None:
        """The error of a request that must not reach the class; None for all others."""
        found = self._find(request)
        return self._refusal(found[1]) if found and found[1].crashes >= _REFUSED_AFTER else None

    def _find(self, request: Request) -> tuple[bytes, _Suspect] | None:
        if not self.outlines or _outline(request) not in self.outlines:
            return None
        digest = _digest(request)
        suspect = self._found.get(digest)
        if suspect is not None and suspect.until <= self._clock():
            self._forget(digest)
            return None
        return None if suspect is None else (digest, suspect)

    def _refusal(self, suspect: _Suspect) -> CrashingRequest:
        left = max(1, round(suspect.until - self._clock()))
        return CrashingRequest(
            f"request: expected one that the class survives, found one that crashed it {suspect.crashes} times; "
            f"send it again in {left} s at the earliest, because it is refused until then"
        )

    def _forget(self, digest: bytes) -> None:
        with self._lock:
            self._found.pop(digest, None)
            self._note_outlines()

    def _note_outlines(self) -> None:
        self.outlines = frozenset(suspect.outline for suspect in self._found.values())


def _outline(request: Request) -> Hashable:
    """What two requests of the same content have in common, cheap to compare."""
    first = first_of(request.content)
    size = len(first.data) if isinstance(first.data, str | bytes) else getattr(first.data, "shape", None)
    return request.method, first.kind, size


def _digest(request: Request) -> bytes:
    """b"" for a request that the class cannot have seen, because no frame can carry it."""
    from hashlib import blake2b  # here, because OpenSSL takes long to begin

    computed = blake2b(digest_size=16)
    try:
        buffers = frame((request.method, request.wire), _without_puid(request.content))
    except Exception:
        return b""
    for buffer in buffers:
        computed.update(buffer)
    return computed.digest()


def _without_puid(content: Content) -> Any:
    if isinstance(content, Feedback):
        request, response, truth = (_without_puid(part) for part in (content.request, content.response, content.truth))
        return Feedback(request, response, content.reward, truth, content.others)
    if isinstance(content, list):
        return [_without_puid(part) for part in content]
    meta = {key: value for key, value in content.meta.items() if key != "puid"}
    return Payload(content.kind, content.data, content.names, meta, content.status, content.others)
