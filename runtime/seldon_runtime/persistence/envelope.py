"""The format of a stored value: a fixed head, a header in JSON, the state, a checksum.

head: magic 8 bytes, format `H`, flags `H` (1: signed), length of the header `I`, generation `Q`, writer 16 bytes.
checksum: over all bytes before it; HMAC-SHA-256 if there is a key, else SHA-256; 32 bytes.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, NamedTuple

from seldon_component.state.object_state import DICT, PICKLE

from ..errors import StateUnreadable

FORMAT = 1
CHECKSUM_SIZE = 32
_MAGIC = b"\x93SELDST\n"  # no pickle of any protocol begins with these bytes
_HEAD = struct.Struct(">8sHHIQ16s")
HEAD_SIZE = _HEAD.size
_SIGNED = 1
_MAX_HEADER_SIZE = 1 << 20  # bytes
_DESCRIPTION = {"class": str, "form": str, "python": str, "packages": dict}
_FIELDS = {"name": str, **_DESCRIPTION, "saved_at": str, "length": int, "sha256": str}


class Head(NamedTuple):
    """The part of fixed size, which identifies a write."""

    format: int
    signed: bool
    header_size: int
    generation: int
    writer: bytes

    @classmethod
    def read(cls, data: bytes) -> Head | None:
        """None for a value without a head: a raw pickle, or foreign data."""
        if len(data) < HEAD_SIZE:
            return None
        magic, number, flags, header_size, generation, writer = _HEAD.unpack_from(data)
        if magic != _MAGIC:
            return None
        return cls(number, bool(flags & _SIGNED), header_size, generation, writer)

    def check_format(self) -> None:
        """Raises StateUnreadable for a head that this version does not understand."""
        if self.format != FORMAT:
            raise StateUnreadable(f"it is of format {self.format}; this version reads format {FORMAT}")
        if self.header_size > _MAX_HEADER_SIZE:
            raise StateUnreadable(f"its header has {self.header_size} bytes; at most {_MAX_HEADER_SIZE} are allowed")


@dataclass(frozen=True)
class Envelope:
    """What describes a stored state; reading it does not need the state.

    name: the key that it was written for.
    generation: counts the writes of that key; 0 for a raw pickle.
    writer: 16 random bytes of the process that wrote it.
    described: class, form, python and packages, as State.describe returns them.
    length, sha256: of the state; the length in bytes.
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
            raise StateUnreadable(f"form: expected {DICT} or {PICKLE}, found {fields['form']!r}")
        described = {key: fields.pop(key) for key in _DESCRIPTION}
        known = {key: fields[key] for key in _FIELDS if key in fields}
        return cls(generation=head.generation, writer=head.writer, signed=head.signed, described=described, **known)
