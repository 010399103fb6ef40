"""The bytes of a connection -> the requests in them (RFC 9112), within limits."""

from __future__ import annotations

from collections import deque
from urllib.parse import unquote_to_bytes

import httptools
from seldon_component.errors import BadPayload, CallError

from ..errors import MethodNotAllowed, TooLarge
from .protocol import HttpRequest, ResponseLines

_MOST_URL_BYTES = 65_536
_MOST_HEADER_BYTES = 65_536  # names and values together; as much of chunk extensions and trailers
_MOST_HEADERS = 256
_MOST_PIPELINED = 256  # requests that arrive in one piece
_LONGEST_KEPT = 4096  # bytes of a head
_UNUSUAL = frozenset((b"transfer-encoding", b"upgrade", b"expect"))
_URI_TOO_LONG, _HEADERS_TOO_LARGE = 414, 431


class RequestParser:
    """Puts each complete request of one connection into `requests`.

    begun: whether a part of a request has arrived. in_head: whether its head is incomplete.
    expects_continue: whether the client waits for "100 Continue" before it sends the body.
    lines: for the response, as far as the head of the request has arrived.
    """

    __slots__ = (
        "requests", "begun", "expects_continue", "in_head", "lines", "_parser", "_max_body_bytes", "_lines_of",
        "_unchecked", "_url", "_headers", "_head", "_repeated", "_length", "_body",
        "_last", "_last_head", "_last_length", "_usual_lines",
    )  # fmt: skip

    def __init__(self, max_body_bytes: int, lines_of: ResponseLines) -> None:
        self.requests: deque[HttpRequest] = deque()
        self.begun = self.expects_continue = self.in_head = False
        self._max_body_bytes = max_body_bytes
        self._lines_of = lines_of
        self.lines = self._usual_lines = lines_of({})
        self._parser = httptools.HttpRequestParser(self)
        self._body: bytes | bytearray = b""
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._head: dict[bytes, bytes] = {}  # the headers, once all of them have arrived
        self._unchecked = 0  # bytes that brought neither a complete head nor a part of a body
        self._repeated = 0
        self._last: HttpRequest | None = None
        self._last_head = b""

    @property
    def path(self) -> str:
        """Of the last request whose first line has arrived, or ""."""
        return _path(self._url.partition(b"?")[0])

    def unfinished(self) -> HttpRequest:
        """What has arrived of the last request, without its body. The method is "" before the path begins."""
        method = self._parser.get_method().decode() if self._url else ""
        headers = self._headers if self.in_head else self._head
        return HttpRequest(method, self.path, self._url.partition(b"?")[2], headers, lines=self.lines)

    @property
    def body_size(self) -> int:
        """Bytes of the body that have arrived."""
        return len(self._body)

    @property
    def expected_size(self) -> int:
        """Bytes of the body, as far as they are known, of a request whose head has arrived."""
        return max(self._length or 0, len(self._body))

    def feed(self, data: bytes) -> bool:
        """Whether a head has arrived, and a part of its body is missing.

        Raises CallError, after which the rest of the connection cannot be understood.
        """
        is_new = not self.begun
        if is_new and self._repeats(data):
            return False
        self._parse(data)
        if is_new and len(self.requests) == 1 and not self.begun:
            self._remember(data, self.requests[0])
        return self.begun and not self.in_head

    def _parse(self, data: bytes) -> None:
        self._unchecked += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._ignore_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserCallbackError as error:
            raise (error.__context__ if isinstance(error.__context__, CallError) else error) from None
        except httptools.HttpParserError as error:
            raise BadPayload(f"the request is not HTTP/1.1: {error}") from None
        if self._unchecked > _MOST_HEADER_BYTES + _MOST_URL_BYTES:
            raise _too_many_header_bytes()

    def _repeats(self, data: bytes) -> bool:
        """Whether this is a request with the same head as the one before, byte for byte: it needs no parsing."""
        head, last = self._last_head, self._last
        if last is None or len(data) - len(head) != self._last_length or not data.startswith(head):
            return False
        body = data[len(head) :]
        self.requests.append(HttpRequest(last.method, last.path, last.query, last.headers, body, True, last.lines))
        return True

    def _remember(self, data: bytes, request: HttpRequest) -> None:
        """Keep a head for `_repeats`, if nothing but one plain request came with it."""
        self._last = None
        size, self._last_length = data.find(b"\r\n\r\n", 0, _LONGEST_KEPT) + 4, len(request.body)
        is_plain = request.keep_alive and not _UNUSUAL.intersection(request.headers)
        if is_plain and size + self._last_length == len(data):
            self._last_head = data[:size]
            self._last = HttpRequest(request.method, request.path, request.query, request.headers, lines=request.lines)

    def close(self) -> None:
        """Nothing more comes. The two parsers refer to each other, and a large body must not wait for the collector."""
        self.drop_body()
        del self._parser

    def drop_body(self) -> None:
        """What has arrived of the last request's body is not needed."""
        self._body = b""

    def error_at_end(self) -> CallError:
        """What is wrong with a request that has begun, if nothing follows."""
        if self.in_head or self._length is None:
            return BadPayload(f"the {'head' if self.in_head else 'chunked body'} of the request ended early")
        found = f"Content-Length says {self._length} bytes, found {len(self._body)}"
        return BadPayload(f"the body ended early: {found}")

    # What httptools calls, in this order. Whatever a method raises ends `feed`.

    def on_message_begin(self) -> None:
        self.begun = self.in_head = True
        self._url = b""
        self._headers = {}
        self._body = b""

    def on_url(self, part: bytes) -> None:
        self._url += part
        if len(self._url) > _MOST_URL_BYTES:
            raise BadPayload(f"the URL is longer than {_MOST_URL_BYTES} bytes", _URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in self._headers:
            value = self._joined(name, value)
        self._headers[name] = value

    def on_headers_complete(self) -> None:
        headers = self._head = self._headers
        self.lines = self._lines_of(headers)
        self._headers = {}  # for trailers, which must not pass for headers (RFC 9110, section 6.5.1)
        self.in_head = False
        if self._unchecked > _MOST_HEADER_BYTES and sum(map(len, [*headers, *headers.values()])) > _MOST_HEADER_BYTES:
            raise _too_many_header_bytes()
        if len(headers) > _MOST_HEADERS:
            raise _too_many_headers()
        coding = headers.get(b"transfer-encoding", b"chunked")
        if coding.lower() != b"chunked":
            raise BadPayload(f"Transfer-Encoding: expected chunked, found {coding.decode('latin-1')!r}")
        length = headers.get(b"content-length")
        self._length = None if length is None or b"transfer-encoding" in headers else int(length)
        if self._length is not None and self._length > self._max_body_bytes:
            raise TooLarge(f"the body has {self._length} bytes; MAX_BODY_BYTES allows {self._max_body_bytes}")
        self.expects_continue = b"expect" in headers and headers[b"expect"].lower() == b"100-continue"

    def on_chunk_header(self) -> None:
        self._unchecked = 0

    def on_body(self, part: bytes) -> None:
        self._unchecked = 0
        self.expects_continue = False
        if not self._body:
            self._body = part
        else:
            if isinstance(self._body, bytes):
                self._body = bytearray(self._body)
            self._body += part
        if len(self._body) > self._max_body_bytes:
            raise TooLarge(f"the body has more than the {self._max_body_bytes} bytes that MAX_BODY_BYTES allows")

    def on_message_complete(self) -> None:
        parser = self._parser
        if parser.should_upgrade():
            return  # the message is not complete, because httptools has not looked for a body: see _ignore_upgrade
        if len(self.requests) == _MOST_PIPELINED:
            raise BadPayload(f"more than {_MOST_PIPELINED} requests arrived before the first response")
        url, _, query = self._url.partition(b"?")
        path = url.decode("latin-1") if url.startswith(b"/") and b"%" not in url else _path(url)
        method, keep_alive = parser.get_method().decode(), parser.should_keep_alive()
        self.requests.append(HttpRequest(method, path, query, self._head, self._body, keep_alive, self.lines))
        self._body, self.lines = b"", self._usual_lines  # a connection may be idle for long
        self.begun = self.expects_continue = False
        self._unchecked = self._repeated = 0

    def _joined(self, name: bytes, value: bytes) -> bytes:
        self._repeated += 1
        if self._repeated > _MOST_HEADERS:
            raise _too_many_headers()
        return self._headers[name] + b"," + value

    def _ignore_upgrade(self, rest: bytes) -> None:
        """Parse the head again without its Upgrade header, which a server may ignore (RFC 9110, section 7.8)."""
        method = self._parser.get_method()
        if method == b"CONNECT":
            raise MethodNotAllowed("CONNECT is not allowed here; use POST or GET")
        headers = [(name, value) for name, value in self._head.items() if name != b"upgrade"]
        head = b"".join(b"%b: %b\r\n" % header for header in headers)
        self._parser = httptools.HttpRequestParser(self)
        self._parse(b"%b %b HTTP/1.1\r\n%b\r\n%b" % (method, self._url, head, rest))


def _path(url: bytes) -> str:
    """The path of a request's target, which may be a whole URL (RFC 9112, section 3.2)."""
    if not url.startswith(b"/") and b"://" in url:
        url = b"/" + url.partition(b"://")[2].partition(b"/")[2]
    return unquote_to_bytes(url).decode("latin-1")


def _too_many_header_bytes() -> CallError:
    return BadPayload(f"the headers have more than {_MOST_HEADER_BYTES} bytes", _HEADERS_TOO_LARGE)


def _too_many_headers() -> CallError:
    return BadPayload(f"the request has more than {_MOST_HEADERS} headers", _HEADERS_TOO_LARGE)
