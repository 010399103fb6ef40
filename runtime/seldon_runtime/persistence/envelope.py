"""What stands around a state in a store.

A value is a fixed head, a header in JSON, the state, and a seal:
head: magic 8 bytes, format `H`, flags `H` (1: signed), length of the header `I`, generation `Q`, writer 16 bytes.
seal: of all that stands before it, the HMAC-SHA-256 where there is a key, else the SHA-256; 32 bytes.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, NamedTuple

from seldon_component.state.object_state import DICT, PICKLE

from ..errors import StateUnreadable

FORMAT = 1
SEAL_SIZE = 32
_MAGIC = b"\x93SELDST\n"  # no pickle of any protocol begins like that
_HEAD = struct.Struct(">8sHHIQ16s")
HEAD_SIZE = _HEAD.size
_SIGNED = 1
_HEADER_LIMIT = 1 << 20  # bytes
_DESCRIBED = {"class": str, "form": str, "python": str, "packages": dict}
_FIELDS = {"name": str, **_DESCRIBED, "saved_at": str, "length": int, "sha256": str}


class Head(NamedTuple):
    """The fixed part, by which a write is recognised."""

    format: int
    signed: bool
    header_size: int
    generation: int
    writer: bytes

    @classmethod
    def read(cls, data: bytes) -> Head | None:
        """None for a value that has none: a raw pickle, or nothing of ours."""
        if len(data) < HEAD_SIZE:
            return None
        magic, number, flags, header_size, generation, writer = _HEAD.unpack_from(data)
        return cls(number, bool(flags & _SIGNED), header_size, generation, writer) if magic == _MAGIC else None

    def check(self) -> None:
        """Raises StateUnreadable for a head that this version cannot go by."""
        if self.format != FORMAT:
            raise StateUnreadable(f"it is of format {self.format}; this version reads format {FORMAT}")
        if self.header_size > _HEADER_LIMIT:
            raise StateUnreadable(f"its header has {self.header_size} bytes; at most {_HEADER_LIMIT} are allowed")


@dataclass(frozen=True)
class Envelope:
    """All that is known of a stored state without reading it.

    name: the key it was written for. generation: counts the writes of that key; 0 for a raw pickle. writer: 16 random
    bytes of the process that wrote it. described: class, form, python and packages, as State.describe says them.
    length: of the state, in bytes.
    """

    name: str
    generation: int
    writer: bytes
    described: dict[str, Any]
    saved_at: str
    length: int
    sha256: str
    signed: bool

    def pack(self) -> bytes:
        """Head and header."""
        fields = {"name": self.name, **self.described, "saved_at": self.saved_at}
        header = json.dumps({**fields, "length": self.length, "sha256": self.sha256}).encode()
        flags = _SIGNED if self.signed else 0
        return _HEAD.pack(_MAGIC, FORMAT, flags, len(header), self.generation, self.writer) + header

    @classmethod
    def unpack(cls, head: Head, header: bytes) -> Envelope:
        """Raises StateUnreadable."""
        try:
            fields = json.loads(header)
        except ValueError:
            raise StateUnreadable("its header is no JSON") from None
        if not isinstance(fields, dict) or any(not isinstance(fields.get(key), kind) for key, kind in _FIELDS.items()):
            raise StateUnreadable(f"its header lacks one of: {', '.join(_FIELDS)}")
        if fields["form"] not in (DICT, PICKLE):
            raise StateUnreadable(f"it is a {fields['form']!r}; allowed: {DICT}, {PICKLE}")
        described = {key: fields.pop(key) for key in _DESCRIBED}
        own = {key: fields[key] for key in _FIELDS if key in fields}
        return cls(generation=head.generation, writer=head.writer, signed=head.signed, described=described, **own)
