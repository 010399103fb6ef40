"""Which span of the caller a request belongs to, as its headers say it.

W3C's Trace Context (https://www.w3.org/TR/trace-context/), B3 (https://github.com/openzipkin/b3-propagation) and
Jaeger's `uber-trace-id`. Headers that make no sense are as good as none. So are those that OpenTelemetry's own
propagators ignore: the tests compare both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import unquote

_W3C = re.compile(r"[ \t]*([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*|[ \t]*)")
_LONGEST_PARENT, _LONGEST_STATE = 512, 8192
_MOST_IN_STATE = 32
_KEY = r"(?:[a-z][_0-9a-z*/-]{0,255}|[a-z0-9][_0-9a-z*/-]{0,240}@[a-z][_0-9a-z*/-]{0,13})"
_MEMBER = re.compile(_KEY + r"=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")
_B3_TRACE, _B3_SPAN = re.compile(r"(?:[0-9a-fA-F]{16}){1,2}"), re.compile(r"[0-9a-fA-F]{16}")
_B3_SAMPLED = frozenset(("1", "True", "true", "d"))
_LONGEST_JAEGER = 256
_ODD = frozenset("13579bdf")
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16

# A span of the caller: the id of its trace, in 32 hexadecimal digits, its own id, in 16, whether it is recorded, and
# W3C's `tracestate` or "". A plain tuple, because each request makes one.
Parent = tuple[str, str, bool, str]
Key = TypeVar("Key")  # the type of a header's name
HeaderOf = Callable[[Key], str]  # name in lower case -> the value of that header, or ""
Reader = Callable[[HeaderOf[Key]], Parent | None]


def parent_reader(propagators: Iterable[str], key: Callable[[str], Key]) -> Reader[Key]:
    """A function that reads the headers of these propagators. The last one that names a span wins.

    key: the name of a header -> what `HeaderOf` takes for it.
    """
    readers = tuple(_READERS[name](key) for name in reversed([*propagators]) if name in _READERS)

    def read(header_of: HeaderOf[Key]) -> Parent | None:
        for reader in readers:
            if (parent := reader(header_of)) is not None:
                return parent
        return None

    return read


def _w3c(key: Callable[[str], Key]) -> Reader[Key]:
    parent_key, state_key = key("traceparent"), key("tracestate")

    def read(header_of: HeaderOf[Key]) -> Parent | None:
        text = header_of(parent_key)
        if not text or len(text) > _LONGEST_PARENT or (found := _W3C.fullmatch(text)) is None:
            return None
        version, trace_id, span_id, flags, rest = found.groups()
        if trace_id == _NO_TRACE or span_id == _NO_SPAN or version == "ff" or (rest and _is_wrong(version, rest)):
            return None
        state = header_of(state_key)
        return trace_id, span_id, flags[1] in _ODD, _checked_state(state) if state else ""

    return read


def _is_wrong(version: str, rest: str) -> bool:
    """Whether a version may have nothing behind its flags, and has something. rest: not only blanks."""
    return version == "00" and rest.startswith("-")


def _checked_state(text: str) -> str:
    """The header `tracestate`, or "" unless all of it is valid, as the standard demands."""
    if len(text) > _LONGEST_STATE:
        return ""
    members = [member.strip(" \t") for member in text.split(",")]
    members = [member for member in members if member]
    keys = {member.partition("=")[0] for member in members}
    if len(keys) != len(members) or len(members) > _MOST_IN_STATE or not all(map(_MEMBER.fullmatch, members)):
        return ""
    return ",".join(members)


def _b3(key: Callable[[str], Key]) -> Reader[Key]:
    single_key, trace_key = key("b3"), key("x-b3-traceid")
    others = key("x-b3-spanid"), key("x-b3-sampled"), key("x-b3-flags")

    def read(header_of: HeaderOf[Key]) -> Parent | None:
        if single := header_of(single_key):
            return _of_single_b3(single)
        if not (trace_id := header_of(trace_key)):
            return None
        span_id, sampled, flags = map(header_of, others)
        return _of_b3(trace_id, span_id, sampled in _B3_SAMPLED or flags == "1")

    return read


def _of_single_b3(text: str) -> Parent | None:
    """Without its flag the span counts as recorded."""
    fields = text.split("-", 4)
    if not 2 <= len(fields) <= 4:
        return None
    trace_id, span_id, sampled = (*fields, "1")[:3]
    return _of_b3(trace_id, span_id, sampled in _B3_SAMPLED)


def _of_b3(trace_id: str, span_id: str, is_sampled: bool) -> Parent | None:
    if not _B3_TRACE.fullmatch(trace_id) or not _B3_SPAN.fullmatch(span_id):
        return None
    trace_id = trace_id.lower().rjust(32, "0")
    if trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return trace_id, span_id.lower(), is_sampled, ""


def _jaeger(key: Callable[[str], Key]) -> Reader[Key]:
    name = key("uber-trace-id")

    def read(header_of: HeaderOf[Key]) -> Parent | None:
        text = header_of(name)
        return _of_jaeger(unquote(text).split(":")) if text and len(text) <= _LONGEST_JAEGER else None

    return read


def _of_jaeger(fields: list[str]) -> Parent | None:
    if len(fields) != 4:
        return None
    try:
        trace_id, span_id, flags = int(fields[0], 16), int(fields[1], 16), int(fields[3], 16)
    except ValueError:
        return None
    if not (0 < trace_id < 2**128 and 0 < span_id < 2**64):
        return None
    return f"{trace_id:032x}", f"{span_id:016x}", flags & 1 == 1, ""


_READERS: dict[str, Callable[[Callable[[str], Any]], Reader[Any]]] = {
    "tracecontext": _w3c,
    "b3": _b3,
    "b3multi": _b3,
    "jaeger": _jaeger,
}
