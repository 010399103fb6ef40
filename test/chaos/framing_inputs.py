"""Raw bytes for a connection: requests whose framing is wrong, unusual or ambiguous (RFC 9112)."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from chaos.messages import message


class Framing(NamedTuple):
    """pieces: written one after the other. statuses: the ones that the responses may have, one set a response.

    What follows the last of them is an error of the client (4xx), or nothing.
    """

    name: str
    pieces: tuple[bytes, ...]
    statuses: tuple[frozenset[int], ...]


GOOD, BAD = frozenset((200,)), frozenset(range(400, 500))
EITHER = GOOD | BAD


def framing_input(random: Random, identity: str) -> Framing:
    """The same for the same state of `random`."""
    return random.choice(CASES)(random, _body(random, identity))


def post(body: bytes, *headers: bytes, length: int | None = None) -> bytes:
    return _head(*headers, b"Content-Length: %d" % (len(body) if length is None else length)) + body


def _head(*headers: bytes, start: bytes = b"POST /predict HTTP/1.1") -> bytes:
    return b"\r\n".join((start, b"Host: x", *headers)) + b"\r\n\r\n"


def _body(random: Random, identity: str) -> bytes:
    return json.dumps(message(random, identity)).encode()


def _chunks(random: Random, body: bytes) -> bytes:
    size = random.randrange(1, 40)
    parts = [body[at:at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


_CHUNKED = b"Transfer-Encoding: chunked"


def _good_chunks(random: Random, body: bytes) -> Framing:
    return Framing("chunks", (_head(_CHUNKED) + _chunks(random, body) + b"0\r\n\r\n",), (GOOD,))


def _bad_chunk_size(random: Random, body: bytes) -> Framing:
    size = random.choice((b"x", b"-1", b"0x5", b"", b"fffffffffffffffff", b"5 5", b"+5", b"5_0"))
    return Framing("bad chunk size", (_head(_CHUNKED) + size + b"\r\n" + body + b"\r\n0\r\n\r\n",), (BAD,))


def _huge_chunk(random: Random, body: bytes) -> Framing:
    return Framing("huge chunk", (_head(_CHUNKED) + b"7fffffff\r\n" + body,), (BAD,))


def _wrong_end_of_chunk(random: Random, body: bytes) -> Framing:
    return Framing("wrong end of a chunk", (_head(_CHUNKED) + b"%x\r\n%sXX0\r\n\r\n" % (len(body), body),), (BAD,))


def _cut_chunks(random: Random, body: bytes) -> Framing:
    chunks = _chunks(random, body)
    return Framing("cut chunks", (_head(_CHUNKED) + chunks[:random.randrange(1, len(chunks))],), (BAD,))


def _length_and_chunks(random: Random, body: bytes) -> Framing:
    """A proxy may go by the one and the server by the other: request smuggling."""
    headers = [_CHUNKED, b"Content-Length: %d" % random.choice((0, 4, len(body)))]
    random.shuffle(headers)
    return Framing("length and chunks", (_head(*headers) + _chunks(random, body) + b"0\r\n\r\n",), (BAD,))


def _two_lengths(random: Random, body: bytes) -> Framing:
    return Framing("two lengths", (post(body, b"Content-Length: %d" % (len(body) + random.choice((-3, 1)))),), (BAD,))


def _bad_length(random: Random, body: bytes) -> Framing:
    length = random.choice((b"-1", b"x", b"1e3", b"0x10", b"99999999999999999999999", b"1 2", b"\xff"))
    return Framing("bad length", (_head(b"Content-Length: " + length) + body,), (BAD,))


def _pipelined(random: Random, body: bytes) -> Framing:
    count = random.randrange(2, 20)
    return Framing("pipelined", (post(body) * count,), (GOOD,) * count)


def _good_then_bad(random: Random, body: bytes) -> Framing:
    return Framing("a request, then no HTTP", (post(body) + random.randbytes(30) + b"\r\n\r\n",), (GOOD,))


def _in_pieces(random: Random, body: bytes) -> Framing:
    whole = post(body)
    cuts = sorted(random.sample(range(1, len(whole)), 5))
    pieces = tuple(whole[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True))
    return Framing("in pieces", pieces, (GOOD,))


def _half(random: Random, body: bytes) -> Framing:
    whole = post(body)
    return Framing("half a request", (whole[:random.randrange(1, len(whole))],), (BAD,))


def _noise(random: Random, body: bytes) -> Framing:
    first = random.choice((b"\x16\x03\x01\x02", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0" * 40, b"GET\r\n\r\n", b"X" * 200_000))
    return Framing("no HTTP", (first + random.randbytes(20) + b"\r\n\r\n",), (BAD,))


def _odd_head(random: Random, body: bytes) -> Framing:
    header = random.choice((b"A" * 70_000 + b": 1", b"A: " + b"1" * 70_000, b"\r\n".join([b"A: 1"] * 300), b"A\0: 1", b" A: 1", b"A : 1",
                            b"A: \xff\xfe", b": 1", b"Expect: 200-maybe", b"Upgrade: h2c\r\nConnection: Upgrade"))
    return Framing("odd head", (post(body, header),), (EITHER,))


def _odd_target(random: Random, body: bytes) -> Framing:
    target = random.choice((b"/%00", b"/%ff", b"/" + b"a" * 70_000, b"*", b"http://x/predict", b"/predict?" + b"a=1&" * 3000, b"/../predict",
                            b"//predict", b"/predict%0d%0aA: 1", b"\xff"))
    start = b"%s %s HTTP/1.1" % (random.choice((b"POST", b"GET", b"PUT", b"CONNECT", b"FOO")), target)
    return Framing("odd target", (_head(b"Content-Length: %d" % len(body), start=start) + body,), (EITHER,))


CASES: tuple[Callable[[Random, bytes], Framing], ...] = (
    _good_chunks, _bad_chunk_size, _huge_chunk, _wrong_end_of_chunk, _cut_chunks, _length_and_chunks, _two_lengths, _bad_length,
    _pipelined, _good_then_bad, _in_pieces, _half, _noise, _odd_head, _odd_target)
