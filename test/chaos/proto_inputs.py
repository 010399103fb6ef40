"""Requests over gRPC: the bytes of valid messages, changed in ways that the format of protobuf knows."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from chaos.damage import cut, flip
from chaos.messages import expected_id, feedback, message
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from support.generated import pb2

_CLASSES = {"Predict": pb2.SeldonMessage, "SendFeedback": pb2.Feedback}
_LENGTHS = (0, 1, 127, 128, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1)


class ProtoInput(NamedTuple):
    """One call of the service Model. identity: the id that it had before it was changed. is_valid: it was not changed."""

    identity: str
    rpc: str
    body: bytes
    is_valid: bool

    def expected(self) -> str | None:
        """See `expected_id`."""
        if self.rpc != "Predict":
            return None
        try:
            return expected_id(as_json(pb2.SeldonMessage.FromString(self.body)))
        except DecodeError:
            return None


def as_json(proto: Any) -> Any:
    """A SeldonMessage with nothing but the tags that are looked at."""
    tags = proto.meta.tags
    return {"meta": {"tags": {name: json_format.MessageToDict(tags[name]) for name in ("id", "seen") if name in tags}}}


def to_bytes(rpc: str, tree: Any) -> bytes:
    """The protobuf message of a valid one in its JSON form."""
    found: bytes = json_format.ParseDict(_without_null(tree), _CLASSES[rpc]()).SerializeToString(deterministic=True)
    return found


def proto_input(random: Random, identity: str) -> ProtoInput:
    """The same for the same state of `random`."""
    rpc = "SendFeedback" if random.random() < 0.15 else "Predict"
    tree = feedback(random, identity) if rpc == "SendFeedback" else message(random, identity)
    body = to_bytes(rpc, tree)
    changes = random.choice((0, 1, 1, 2, 5))
    for _ in range(changes):
        body = random.choice(_CHANGES)(random, body)
    return ProtoInput(identity, rpc, body, changes == 0)


def _without_null(tree: Any) -> Any:
    """The same with 0 for a null, which a list of doubles cannot have."""
    if isinstance(tree, dict):
        return {key: _without_null(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_without_null(value) for value in tree]
    return 0 if tree is None else tree


def varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found += bytes([number & 127 | 128])
        number >>= 7
    return found + bytes([number])


def _remove(random: Random, body: bytes) -> bytes:
    begin = random.randrange(len(body) + 1)
    return body[:begin] + body[begin + random.randrange(1, 9):]


def _repeat(random: Random, body: bytes) -> bytes:
    begin = random.randrange(len(body) + 1)
    return body[:begin] + body[begin:begin + random.randrange(1, 40)] * random.randrange(2, 5) + body[begin:]


def _field(random: Random, body: bytes) -> bytes:
    """Put a field with any number, wire type and length in some place, mostly at the top level."""
    wire_type = random.randrange(8)
    key = varint(random.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 99, 2**29 - 1)) << 3 | wire_type)
    contents = (varint(random.choice(_LENGTHS)), random.randbytes(8), varint(random.choice(_LENGTHS)) + random.randbytes(5),
                b"", b"", random.randbytes(4), b"", b"")[wire_type]
    at = random.choice((0, len(body), random.randrange(len(body) + 1)))
    return body[:at] + key + contents + body[at:]


def _number(random: Random, body: bytes) -> bytes:
    """Put a huge number in the place of a byte, which may be a length or a dimension."""
    at = random.randrange(len(body) + 1)
    return body[:at] + varint(random.choice(_LENGTHS)) + body[at + 1:]


def _long_varint(random: Random, body: bytes) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + b"\x80" * random.randrange(1, 20) + b"\x01" + body[at:]


def _nest(random: Random, body: bytes) -> bytes:
    """Add a `jsonData` of nested lists (Value.list_value is field 6, ListValue.values is field 1)."""
    value = b"\x11" + b"\0" * 8
    for _ in range(random.choice((20, 60, 110, 300, 3000))):
        inner = b"\x0a" + varint(len(value)) + value
        value = b"\x32" + varint(len(inner)) + inner
    return body + b"\x32" + varint(len(value)) + value


_CHANGES: tuple[Callable[[Random, bytes], bytes], ...] = (
    cut, flip, flip, _remove, _repeat, _field, _field, _number, _long_varint, _nest)
