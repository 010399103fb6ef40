"""`seldon-core-graph --trace`: the way of each request through the graph, printed as a tree."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from seldon_component.errors import CallError
from seldon_component.payload import Feedback, Payload

from ..messages import Request
from ..model.interface import OnAnswer
from ..rest.error_response import status_of
from .node import Node

_INDENT = "  "
_LONGEST = 200  # characters of an error
Write = Callable[[str], Any]


@dataclass
class _Call:
    """Of a unit. seconds: None while it has not responded."""

    method: str
    start: float
    seconds: float | None = None
    error: CallError | None = None

    def __str__(self) -> str:
        time_taken = "no response yet" if self.seconds is None else _ms(self.seconds)
        return f"{self.method} {time_taken}" + (f", {_of_error(self.error)}" if self.error else "")


class Ways:
    """Follows each request. Safe to use from many threads: one block of lines is written at a time."""

    def __init__(self, root: Node, write: Write | None = None) -> None:
        """write: default: to standard error."""
        self._root = root
        self._write = write or _write_to_stderr
        self._writing = threading.Lock()

    def follow(self, request: Request, on_answer: OnAnswer) -> tuple[Way, OnAnswer]:
        """What watches the units of a request, and the OnAnswer that it must have, which writes the block."""
        way = Way()

        def answer(payload: Payload | None, error: CallError | None) -> None:
            on_answer(payload, error)
            block = "".join(f"{line}\n" for line in way.lines(self._root, request, payload, error))
            with self._writing:
                self._write(block)

        return way, answer


class Way:
    """A Watcher of one request."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._calls: dict[str, list[_Call]] = {}

    def begin(self, node: Node, request: Request) -> Callable[[CallError | None], None]:
        call = _Call(request.method, time.perf_counter())
        self._calls.setdefault(node.name, []).append(call)

        def end(error: CallError | None) -> None:
            call.seconds, call.error = time.perf_counter() - call.start, error

        return end

    def lines(self, root: Node, request: Request, payload: Payload | None, error: CallError | None) -> list[str]:
        """The request, and below it the units that it reached, each below its parent."""
        whole = f"{request.method} {_ms(time.perf_counter() - self._start)}"
        puid = request.puid or str((payload.meta if payload else {}).get("puid", ""))
        found = [", ".join(part for part in (whole, puid and f"puid {_printable(puid)}", _of_error(error)) if part)]
        units = list(self._below(root, 1))
        width = max((len(_INDENT) * depth + len(node.name) for node, depth in units), default=0)
        routing = _routing(request, payload)
        for node, depth in units:
            start = f"{_INDENT * depth}{node.name}".ljust(width)
            found.append(f"{start}  {self._told(node, routing)}".rstrip())
        return found

    def _below(self, node: Node, depth: int) -> Iterator[tuple[Node, int]]:
        """The units with a call at them or below them, and how deep each stands."""
        below = [found for child in node.children for found in self._below(child, depth + 1)]
        if below or node.name in self._calls:
            yield node, depth
            yield from below

    def _told(self, node: Node, routing: dict[str, Any]) -> str:
        parts = [str(call) for call in self._calls.get(node.name, ())]
        if "route" in node.methods and node.name in routing:
            parts.append(f"branch {routing[node.name]}")
        return ", ".join(parts) or "passes on"


def _routing(request: Request, payload: Payload | None) -> dict[str, Any]:
    """unit -> its branch: of this request, or of the one that it brings feedback for."""
    content = request.content
    message = content.response if isinstance(content, Feedback) else payload
    routing = message.meta.get("routing") if message else None
    return routing if isinstance(routing, dict) else {}


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def _of_error(error: CallError | None) -> str:
    return f"error {status_of(error)}: {_printable(str(error.info))[:_LONGEST]}" if error else ""


def _printable(text: str) -> str:
    """In one line, and without what a terminal would obey."""
    return "".join(one if one.isprintable() else " " for one in text)


def _write_to_stderr(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody reads it any longer
        sys.stderr.write(text)
        sys.stderr.flush()
