"""Requests over REST: valid messages, changed in their structure and then in their bytes."""

from __future__ import annotations

import copy
import gzip
import json
import zlib
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from chaos.damage import cut, flip
from chaos.messages import KINDS, expected_id, feedback, message


class HttpInput(NamedTuple):
    """One request. identity: the id that it had before it was changed. is_valid: it was not changed."""

    identity: str
    path: str
    headers: dict[str, str]
    body: bytes
    is_valid: bool

    def expected(self) -> str | None:
        """See `expected_id`."""
        if self.path != "/predict":
            return None
        try:
            return expected_id(json.loads(self._plain_body()))
        except (ValueError, RecursionError, OSError, EOFError, zlib.error):
            return None

    def _plain_body(self) -> bytes:
        return gzip.decompress(self.body) if "Content-Encoding" in self.headers else self.body


class Raw(str):
    """Text that goes into the JSON as it is."""


ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, "", "a", [], {}, [[]], [None], {"": ""}, "\ud800", "\ufeff", "\0", "x" * 5000, [1] * 3000,
    2**31 - 1, 2**31, -(2**31), 2**53 + 1, 2**63, -(2**63) - 1, 2**64, 10**400,
    Raw("1e400"), Raw("-1e400"), Raw("-0.0"), Raw("1e-400"), Raw("NaN"), Raw("-Infinity"), Raw("01"), Raw("+1"), Raw("1."),
    Raw("." + "1" * 400), Raw("0." + "1" * 400), Raw("'a'"), Raw('"\\ud83d"'), Raw('"\\u0000"'), Raw('"\\x41"'), Raw("nul"),
    Raw("[" * 150 + "]" * 150), Raw("[" * 250 + "]" * 250), Raw("[" * 5000 + "]" * 5000), Raw('{"a":' * 300 + "1" + "}" * 300),
    Raw("[[1,2],[3]]"), Raw('[["a",1],[null,true]]'), Raw('{"shape":[0,2147483647],"values":[]}'),
    Raw('{"shape":[65536,65536],"values":[1]}'), Raw('{"shape":[-1,-1],"values":[1]}'), Raw("[" * 33 + "1" + "]" * 33))
ODD_BYTES = (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\0", b"\xef\xbb\xbf", b"\\", b'"', b"{", b"]", b"\r\n",
             b",,", b"//", b"\xe2\x80\xa8")
KEYS = ("data", "meta", "status", "names", "tensor", "ndarray", "tftensor", "shape", "values", "dtype", "tensorShape", "puid",
        "tags", "metrics", "routing", "requestPath", "request", "response", "reward", "truth", "seldonMessages", *KINDS)


def http_input(random: Random, identity: str) -> HttpInput:
    """The same for the same state of `random`."""
    is_feedback = random.random() < 0.15
    tree = feedback(random, identity) if is_feedback else message(random, identity)
    changes = random.choice((0, 1, 1, 1, 2, 3, 8))
    for _ in range(changes):
        random.choice(_TREE_CHANGES)(random, tree)
    body = dump(tree).encode("utf-8", "surrogatepass")
    headers = {"Content-Type": random.choice(("application/json", "application/json", "text/plain", ""))}
    is_valid = changes == 0
    if random.random() < 0.3:
        body, is_valid = random.choice(_BYTE_CHANGES)(random, body), False
    if random.random() < 0.1:
        body, headers["Content-Encoding"], is_valid = _zipped(random, body), "gzip", False
    return HttpInput(identity, "/send-feedback" if is_feedback else "/predict", headers, body, is_valid)


def dump(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{dump(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _nodes(value: Any) -> list[tuple[Any, Any]]:
    """(container, key) of each node below."""
    found = []
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        found.append((value, key))
        found += _nodes(value[key])
    return found


def _replace(random: Random, tree: Any) -> None:
    container, key = _node(random, tree)
    container[key] = copy.deepcopy(random.choice(ODD_VALUES))


def _remove(random: Random, tree: Any) -> None:
    container, key = _node(random, tree)
    del container[key]


def _rename(random: Random, tree: Any) -> None:
    container, key = _node(random, tree)
    if isinstance(container, dict):
        container[random.choice(KEYS)] = container.pop(key)


def _move(random: Random, tree: Any) -> None:
    """Put a copy of one node in the place of another."""
    (source, one), (target, other) = _node(random, tree), _node(random, tree)
    target[other] = copy.deepcopy(source[one])


def _wrap(random: Random, tree: Any) -> None:
    container, key = _node(random, tree)
    container[key] = random.choice(([container[key]], {random.choice(KEYS): container[key]}, [container[key]] * 2))


def _add(random: Random, tree: Any) -> None:
    container, _ = _node(random, tree)
    if isinstance(container, dict):
        container.setdefault(random.choice(KEYS), copy.deepcopy(random.choice(ODD_VALUES)))
    else:
        container.append(copy.deepcopy(random.choice(ODD_VALUES)))


def _node(random: Random, tree: Any) -> tuple[Any, Any]:
    if not tree:
        tree["strData"] = "a"
    return random.choice(_nodes(tree))


def _insert(random: Random, body: bytes) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + random.choice(ODD_BYTES) + body[at:]


def _twice(random: Random, body: bytes) -> bytes:
    return body + random.choice((b"", b" ", b"\n")) + body


def _encode(random: Random, body: bytes) -> bytes:
    text = body.decode("utf-8", "replace")
    return text.encode(random.choice(("utf-16", "utf-32-le", "utf-7", "latin-1")), "replace")


def _zipped(random: Random, body: bytes) -> bytes:
    """gzip of the body in one or several members, whole or damaged."""
    half = len(body) // 2
    found = random.choice((gzip.compress(body, 1, mtime=0), b"".join(gzip.compress(part, 1, mtime=0) for part in (body[:half], body[half:]))))
    return random.choice((lambda: found, lambda: cut(random, found), lambda: flip(random, found)))()


_TREE_CHANGES: tuple[Callable[[Random, Any], None], ...] = (_replace, _replace, _replace, _remove, _rename, _move, _wrap, _add)
_BYTE_CHANGES: tuple[Callable[[Random, bytes], bytes], ...] = (cut, flip, _insert, _twice, _encode)
