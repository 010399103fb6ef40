"""Turns a state into a value that is hashed or signed, and verifies the stored values."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import BinaryIO, NamedTuple

from seldon_component.errors import BadState
from seldon_component.state.object_state import RAW_PICKLE

from ..errors import StateUnreadable
from .envelope import CHECKSUM_SIZE, HEAD_SIZE, Envelope, Head
from .store import CHUNK_SIZE, StoredValue, Version, chunks_of

_RAW = {"class": "", "form": RAW_PICKLE, "python": "", "packages": {}}
# by Head.signed
_WRONG_CHECKSUM = {
    True: "its signature does not fit PERSISTENCE_KEY: it was changed, or signed with another key",
    False: "its checksum does not fit: it was changed or truncated",
}


def digest_of(payload: BinaryIO) -> tuple[str, int]:
    """(SHA-256, length) of a file from its position to its end; afterwards it is at that position again."""
    start, digest = payload.tell(), hashlib.sha256()
    while chunk := payload.read(CHUNK_SIZE):
        digest.update(chunk)
    length = payload.tell() - start
    payload.seek(start)
    return digest.hexdigest(), length


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


class SignedValue(NamedTuple):
    """A value that is ready to be written. chunks: its bytes, which are read from the state's file once."""

    version: Version
    chunks: Iterator[bytes]


class Signer:
    """Signs the values of one key and verifies them. Without a secret, a checksum takes the signature's place."""

    def __init__(self, name: str, secret: bytes | None, max_bytes: int) -> None:
        """name: the key of the values. secret: PERSISTENCE_KEY. max_bytes: of a value."""
        self.name = name
        self._secret = secret
        self._max_bytes = max_bytes

    def sign(self, envelope: Envelope, payload: BinaryIO) -> SignedValue:
        """The value of a state. payload: a file, positioned where the state begins. Raises BadState if too large.

        The envelope gets this signer's name.
        """
        header = dataclasses.replace(envelope, name=self.name, signed=self._secret is not None).pack()
        length = len(header) + envelope.length + CHECKSUM_SIZE
        if length > self._max_bytes:
            raise BadState(f"the state has {length} bytes; PERSISTENCE_MAX_BYTES allows {self._max_bytes}")
        return SignedValue(Version(header[:HEAD_SIZE], length), self._chunks(header, payload))

    def _chunks(self, header: bytes, payload: BinaryIO) -> Iterator[bytes]:
        checksum, chunk = self._new_checksum(), header
        while chunk:
            checksum.update(chunk)
            yield chunk
            chunk = payload.read(CHUNK_SIZE)
        yield checksum.digest()

    def _new_checksum(self) -> hmac.HMAC | hashlib._Hash:
        return hmac.new(self._secret, digestmod=hashlib.sha256) if self._secret else hashlib.sha256()

    def verify(self, stored: StoredValue, payload: BinaryIO, trusted: bool = False) -> Envelope:
        """The envelope of a value. Writes the state into `payload`; it must not be used if this raises.

        trusted: the caller vouches for the value, so neither its signature nor its name counts.
        Raises StateUnreadable.
        """
        if not stored.length:
            raise StateUnreadable("it is empty, so it was truncated; roll back, or delete it to begin afresh")
        if stored.length > self._max_bytes:
            raise StateUnreadable(f"it has {stored.length} bytes; PERSISTENCE_MAX_BYTES allows {self._max_bytes}")
        head = Head.read(stored.read(0, HEAD_SIZE))
        if head is None:
            return self._copy_raw(stored, payload, trusted)
        head.check_format()
        if not trusted:
            self._require_signature(head)
        header = stored.read(HEAD_SIZE, head.header_size)
        digest, checksum_fits = self._copy(stored, HEAD_SIZE + len(header), payload)
        if not trusted and not checksum_fits:
            raise StateUnreadable(_WRONG_CHECKSUM[head.signed])
        envelope = Envelope.unpack(head, header)
        self._require_match(envelope, digest, payload.tell(), trusted)
        return envelope

    def _require_signature(self, head: Head) -> None:
        if self._secret and not head.signed:
            raise StateUnreadable("it is not signed, and PERSISTENCE_KEY is set")
        if head.signed and not self._secret:
            raise StateUnreadable("it is signed, and PERSISTENCE_KEY is not set")

    def _copy(self, stored: StoredValue, start: int, payload: BinaryIO) -> tuple[str, bool]:
        """(SHA-256 of the state, whether the checksum fits). start: where the state begins."""
        digest, checksum = hashlib.sha256(), self._new_checksum()
        checksum.update(stored.read(0, start))
        end = max(start, stored.length - CHECKSUM_SIZE)
        for chunk in chunks_of(stored, start, end):
            digest.update(chunk)
            checksum.update(chunk)
            payload.write(chunk)
        return digest.hexdigest(), hmac.compare_digest(stored.read(end, CHECKSUM_SIZE), checksum.digest())

    def _require_match(self, envelope: Envelope, digest: str, length: int, trusted: bool) -> None:
        if length != envelope.length:
            raise StateUnreadable(f"its state has {length} bytes, and its header says {envelope.length}")
        if digest != envelope.sha256:
            raise StateUnreadable("its state does not fit the SHA-256 of its header: it was changed")
        if not trusted and envelope.name != self.name:
            raise StateUnreadable(f"it was written for the key {envelope.name}, and this is {self.name}")

    def _copy_raw(self, stored: StoredValue, payload: BinaryIO, trusted: bool) -> Envelope:
        """Copy a pickle without an envelope, which an image of 2018 has written."""
        if self._secret:
            raise StateUnreadable("it has no envelope, so no signature")
        if trusted:
            raise StateUnreadable("it has no envelope")
        digest = hashlib.sha256()
        for chunk in chunks_of(stored, 0, stored.length):
            digest.update(chunk)
            payload.write(chunk)
        return Envelope(self.name, 0, b"", _RAW, "", stored.length, digest.hexdigest(), False)
