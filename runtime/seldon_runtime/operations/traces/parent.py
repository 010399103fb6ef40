"""Which span of the caller a request belongs to, as its headers say it.

W3C's Trace Context (https://www.w3.org/TR/trace-context/), B3 (https://github.com/openzipkin/b3-propagation) and
Jaeger's `uber-trace-id`. Headers that make no sense are as good as none. So are those that OpenTelemetry's own
propagators ignore: the tests compare both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import unquote

HeaderOf = Callable[[str], str]  # name in lower case -> the value of that header, or ""

_W3C = re.compile(r"[ \t]*([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*|[ \t]*)")
_LONGEST_PARENT, _LONGEST_STATE = 512, 8192
_MOST_IN_STATE = 32
_KEY = r"(?:[a-z][_0-9a-z*/-]{0,255}|[a-z0-9][_0-9a-z*/-]{0,240}@[a-z][_0-9a-z*/-]{0,13})"
_MEMBER = re.compile(_KEY + r"=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")
_B3_TRACE, _B3_SPAN = re.compile(r"(?:[0-9a-fA-F]{16}){1,2}"), re.compile(r"[0-9a-fA-F]{16}")
_B3_SAMPLED = frozenset(("1", "True", "true", "d"))
_LONGEST_JAEGER = 256


class Parent(NamedTuple):
    """A span of the caller. trace_id: 32 hexadecimal digits. span_id: 16. state: of W3C, or ""."""

    trace_id: str
    span_id: str
    is_sampled: bool
    state: str = ""


def parent_reader(propagators: Iterable[str]) -> Callable[[HeaderOf], Parent | None]:
    """A function that reads the headers of these propagators. The last one that names a span wins."""
    readers = tuple(_READERS[name] for name in reversed([*propagators]) if name in _READERS)

    def read(header_of: HeaderOf) -> Parent | None:
        for reader in readers:
            if (parent := reader(header_of)) is not None:
                return parent
        return None

    return read


def _of_w3c(header_of: HeaderOf) -> Parent | None:
    text = header_of("traceparent")
    found = _W3C.fullmatch(text) if text and len(text) <= _LONGEST_PARENT else None
    if found is None:
        return None
    version, trace_id, span_id, flags, rest = found.groups()
    if version == "ff" or (version == "00" and rest.startswith("-")) or _is_zero(trace_id) or _is_zero(span_id):
        return None
    return Parent(trace_id, span_id, int(flags, 16) & 1 == 1, _checked_state(header_of("tracestate")))


def _checked_state(text: str) -> str:
    """The header `tracestate`; "" unless all of it is valid, as the standard demands."""
    if not text or len(text) > _LONGEST_STATE:
        return ""
    members = [member.strip(" \t") for member in text.split(",")]
    members = [member for member in members if member]
    keys = {member.partition("=")[0] for member in members}
    if len(keys) != len(members) or len(members) > _MOST_IN_STATE or not all(map(_MEMBER.fullmatch, members)):
        return ""
    return ",".join(members)


def _of_b3(header_of: HeaderOf) -> Parent | None:
    """The single header wins. Without its flag the span is sampled; of several headers one must say so."""
    single, flags = header_of("b3"), ""
    if single:
        fields = single.split("-", 4)
        if not 2 <= len(fields) <= 4:
            return None
        trace_id, span_id, sampled = (*fields, "1")[:3]
    else:
        trace_id, span_id = header_of("x-b3-traceid"), header_of("x-b3-spanid")
        if not trace_id:
            return None
        sampled, flags = header_of("x-b3-sampled"), header_of("x-b3-flags")
    if not _B3_TRACE.fullmatch(trace_id) or not _B3_SPAN.fullmatch(span_id) or _is_zero(trace_id) or _is_zero(span_id):
        return None
    return Parent(trace_id.lower().rjust(32, "0"), span_id.lower(), sampled in _B3_SAMPLED or flags == "1")


def _of_jaeger(header_of: HeaderOf) -> Parent | None:
    text = header_of("uber-trace-id")
    if not text or len(text) > _LONGEST_JAEGER:
        return None
    fields = unquote(text).split(":")
    if len(fields) != 4:
        return None
    try:
        trace_id, span_id, flags = int(fields[0], 16), int(fields[1], 16), int(fields[3], 16)
    except ValueError:
        return None
    if not (0 < trace_id < 2**128 and 0 < span_id < 2**64):
        return None
    return Parent(f"{trace_id:032x}", f"{span_id:016x}", flags & 1 == 1)


def _is_zero(digits: str) -> bool:
    return not digits.strip("0")


_READERS = {"tracecontext": _of_w3c, "b3": _of_b3, "b3multi": _of_b3, "jaeger": _of_jaeger}
