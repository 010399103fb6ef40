"""Ended spans -> protobuf's bytes of them, as opentelemetry/proto/trace/v1/trace.proto has them.

The thread that sends them calls these functions, so all that can be left to it is done here. What is the same for most
spans is kept.
"""

from __future__ import annotations

import random
from functools import lru_cache

from ...codec.proto_fields import as_varint
from .protobuf import TwoTimes, attribute, bytes_field, fixed32_field, number_field
from .tracer import ServerSpan

Times = tuple[float, float]  # seconds since 1970, and their number
_INTERNAL, _SERVER = 1, 2  # SpanKind
_ERROR = number_field(3, 2)  # in Status
_SAMPLED, _HAS_IS_REMOTE, _IS_REMOTE = 0x1, 0x100, 0x200  # SpanFlags
_SERVER_ERROR = 500
_LONGEST = 1024  # characters of a text of the client
_METHODS = frozenset(("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "QUERY"))
# what semantic conventions call an error of a server; every other code is the client's
_RPC_ERRORS = frozenset(("UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"))
_TRACE_ID = bytes_field(1, bytes(16))[:-16]  # tag and length
_SPAN_ID, _PARENT_ID = bytes_field(2, bytes(8))[:-8], bytes_field(4, bytes(8))[:-8]
_TIMES = TwoTimes(7, 8)
_SPANS = bytes_field(2, b"")[:-1]  # the tag of `spans` in ScopeSpans
_KEPT = 512  # combinations of facts
_new_id = random.Random().randbytes  # of a span that nobody refers to
_FLAGS_OF_ROOT = fixed32_field(16, _SAMPLED | _HAS_IS_REMOTE)
_FLAGS_OF_CHILD = fixed32_field(16, _SAMPLED | _HAS_IS_REMOTE | _IS_REMOTE)


def http_span(
    span: ServerSpan, start: int, end: int, port: int, method: str, path: str, route: str, agent: bytes, status: int
) -> bytes:
    """The span of a request over HTTP.

    start, end: nanoseconds since 1970. port: of the server. route: "" if there is none. agent: of the client, or b"".
    """
    return _server_span(span, start, end, _http_facts(port, method, path, route, agent, status))


def rpc_span(span: ServerSpan, start: int, end: int, port: int, method: str, code: str, details: str) -> bytes:
    """The span of a call over gRPC. method: `package.Service/Method`. code: the name of its status.

    details: of an error.
    """
    status = _failed(details) if code in _RPC_ERRORS else b""
    return _server_span(span, start, end, _rpc_facts(port, method, code) + status)


def call_spans(
    header: str, own: str, asked: int, answered: int, method: str, puid: str, reason: str, times: Times | None
) -> bytes:
    """The spans of the wait of a request and of its call of the class.

    header, own: the traceparents of the server's span and of the call's. asked, answered: nanoseconds since 1970.
    puid: "" if there is none. reason: of the error, or "".
    times: of the call; None if it did not begin, or never ended.
    """
    puid_fact = attribute(9, "seldon.puid", puid[:_LONGEST]) if puid else b""
    trace_id, parent_id = header[3:35], header[36:52]
    if times is None:
        facts = _call_facts("wait", method, reason) + puid_fact
        return _span(trace_id, _new_id(8), parent_id, asked, answered, facts)
    begun = max(int(times[0] * 1e9), asked)
    ended = begun + int(times[1] * 1e9)
    wait = _call_facts("wait", method, "") + puid_fact
    call = _call_facts(method, method, reason) + puid_fact
    return _span(trace_id, _new_id(8), parent_id, asked, begun, wait) + _span(
        trace_id, bytes.fromhex(own[36:52]), parent_id, begun, ended, call
    )


def unit_span(
    header: str, own: str, start: int, end: int, unit: str, place: str, method: str, puid: str, reason: str
) -> bytes:
    """The span of a call of a graph's unit. The other arguments are as those of `call_spans`.

    header, own: the traceparents of the request's span and of this one. place: of the unit; "" if it is built in.
    """
    puid_fact = attribute(9, "seldon.puid", puid[:_LONGEST]) if puid else b""
    facts = _unit_facts(unit, place, method, reason) + puid_fact
    return _span(header[3:35], bytes.fromhex(own[36:52]), header[36:52], start, end, facts)


@lru_cache(_KEPT)
def _http_facts(port: int, method: str, path: str, route: str, agent: bytes, status: int) -> bytes:
    """All fields of the span that do not belong to one request only."""
    is_known = method in _METHODS
    verb = method if is_known else "HTTP"
    facts: dict[str, str | int] = {
        "http.request.method": method if is_known else "_OTHER",
        "url.path": path[:_LONGEST],
        "url.scheme": "http",
        "http.response.status_code": status,
        "server.port": port,
    }
    if not is_known:
        facts["http.request.method_original"] = method[:_LONGEST]
    if route:
        facts["http.route"] = route
    if agent:
        facts["user_agent.original"] = agent[:_LONGEST].decode("latin-1")
    if status >= _SERVER_ERROR:
        facts["error.type"] = str(status)
    name = f"{verb} {route}" if route else verb
    return _facts(name, _SERVER, facts) + (_failed() if status >= _SERVER_ERROR else b"")


@lru_cache(_KEPT)
def _rpc_facts(port: int, method: str, code: str) -> bytes:
    facts: dict[str, str | int] = {
        "rpc.system.name": "grpc",
        "rpc.method": method,
        "rpc.status_code": code,
        "server.port": port,
    }
    if code in _RPC_ERRORS:
        facts["error.type"] = code
    return _facts(method, _SERVER, facts)


@lru_cache(_KEPT)
def _call_facts(name: str, method: str, reason: str) -> bytes:
    facts: dict[str, str | int] = {"seldon.method": method}
    if reason:
        facts["error.type"] = reason
    return _facts(name, _INTERNAL, facts) + _FLAGS_OF_ROOT + (_failed() if reason else b"")


@lru_cache(_KEPT)
def _unit_facts(unit: str, place: str, method: str, reason: str) -> bytes:
    facts: dict[str, str | int] = {"seldon.unit": unit, "seldon.method": method}
    if place:
        facts["seldon.place"] = place[:_LONGEST]
    if reason:
        facts["error.type"] = reason
    return _facts(f"{unit} {method}", _INTERNAL, facts) + _FLAGS_OF_ROOT + (_failed() if reason else b"")


def _facts(name: str, kind: int, facts: dict[str, str | int]) -> bytes:
    attributes = b"".join(attribute(9, key, value) for key, value in facts.items())
    return bytes_field(5, name.encode()) + number_field(6, kind) + attributes


def _failed(message: str = "") -> bytes:
    """A field `status` that tells of an error."""
    text = bytes_field(2, message[:_LONGEST].encode("utf-8", "replace")) if message else b""
    return bytes_field(15, text + _ERROR)


def _server_span(span: ServerSpan, start: int, end: int, facts: bytes) -> bytes:
    header, parent = span
    trace_id, own_id = header[3:35], bytes.fromhex(header[36:52])
    if parent is None:
        return _span(trace_id, own_id, "", start, end, facts + _FLAGS_OF_ROOT)
    _, parent_id, _, state = parent
    if state:
        facts += bytes_field(3, state.encode())
    return _span(trace_id, own_id, parent_id, start, end, facts + _FLAGS_OF_CHILD)


def _span(trace_id: str, span_id: bytes, parent_id: str, start: int, end: int, facts: bytes) -> bytes:
    """A field `spans` of ScopeSpans. facts: its other fields."""
    fields = b"%b%b%b%b%b%b" % (
        _TRACE_ID + bytes.fromhex(trace_id),
        _SPAN_ID,
        span_id,
        _PARENT_ID + bytes.fromhex(parent_id) if parent_id else b"",
        _TIMES.encode(start, max(start, end)),
        facts,
    )
    return b"%b%b%b" % (_SPANS, as_varint(len(fields)), fields)
