"""State <-> value: hashed and signed on the way in, and on the way out not handed on before all of it fits."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import BinaryIO

from seldon_component.errors import BadState
from seldon_component.state.object_state import RAW_PICKLE

from ..errors import StateUnreadable
from .envelope import HEAD_SIZE, SEAL_SIZE, Envelope, Head
from .stored_value import PIECE, StoredValue, pieces

_RAW = {"class": "", "form": RAW_PICKLE, "python": "", "packages": {}}
_NO_FIT = {
    True: "its signature does not fit PERSISTENCE_KEY: it was changed, or signed with another key",
    False: "its checksum does not fit: it was changed or truncated",
}


def digest_of(payload: BinaryIO) -> tuple[str, int]:
    """(SHA-256, length) of what a file has from where it stands; it stands there again afterwards."""
    start, digest = payload.tell(), hashlib.sha256()
    while piece := payload.read(PIECE):
        digest.update(piece)
    length = payload.tell() - start
    payload.seek(start)
    return digest.hexdigest(), length


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


class Signer:
    """What one server puts on its values, and demands of others. name: of the key that they lie under."""

    def __init__(self, name: str, key: bytes | None, max_bytes: int) -> None:
        self.name = name
        self._key = key
        self._max_bytes = max_bytes

    def own(self, envelope: Envelope) -> Envelope:
        """The envelope as this server would write it."""
        return dataclasses.replace(envelope, name=self.name, signed=self._key is not None)

    def close(self, own: Envelope, payload: BinaryIO) -> tuple[int, Iterator[bytes]]:
        """(length, pieces) of a value. payload: a file that stands where the state begins. Raises BadState."""
        length = len(own.pack()) + own.length + SEAL_SIZE
        if length > self._max_bytes:
            raise BadState(f"the state has {length} bytes; PERSISTENCE_MAX_BYTES allows {self._max_bytes}")
        return length, self._pieces(own.pack(), payload)

    def _pieces(self, header: bytes, payload: BinaryIO) -> Iterator[bytes]:
        seal, piece = self._new(), header
        while piece:
            seal.update(piece)
            yield piece
            piece = payload.read(PIECE)
        yield seal.digest()

    def _new(self) -> hmac.HMAC | hashlib._Hash:
        return hmac.new(self._key, digestmod=hashlib.sha256) if self._key else hashlib.sha256()

    def open(self, stored: StoredValue, payload: BinaryIO, trusting: bool = False) -> Envelope:
        """The envelope of a value, whose state is written into `payload` and is what the envelope says.

        trusting: whoever asks vouches for the value, for its signature and its name. Raises StateUnreadable.
        """
        if stored.length > self._max_bytes:
            raise StateUnreadable(f"it has {stored.length} bytes; PERSISTENCE_MAX_BYTES allows {self._max_bytes}")
        head = Head.read(stored.read(0, HEAD_SIZE))
        if head is None:
            return self._open_raw(stored, payload, trusting)
        head.check()
        if not trusting:
            self._demand_signature(head)
        header = stored.read(HEAD_SIZE, head.header_size)
        digest, fits = self._copy(stored, HEAD_SIZE + len(header), payload)
        if not trusting and not fits:
            raise StateUnreadable(_NO_FIT[head.signed])
        envelope = Envelope.unpack(head, header)
        self._demand(envelope, digest, payload.tell(), trusting)
        return envelope

    def _demand_signature(self, head: Head) -> None:
        if self._key and not head.signed:
            raise StateUnreadable("it is not signed, and PERSISTENCE_KEY is set")
        if head.signed and not self._key:
            raise StateUnreadable("it is signed, and PERSISTENCE_KEY is not set")

    def _copy(self, stored: StoredValue, start: int, payload: BinaryIO) -> tuple[str, bool]:
        """(SHA-256 of the state, whether the seal fits). start: where the state begins."""
        digest, seal = hashlib.sha256(), self._new()
        seal.update(stored.read(0, start))
        end = max(start, stored.length - SEAL_SIZE)
        for piece in pieces(stored, start, end):
            digest.update(piece)
            seal.update(piece)
            payload.write(piece)
        return digest.hexdigest(), hmac.compare_digest(stored.read(end, SEAL_SIZE), seal.digest())

    def _demand(self, envelope: Envelope, digest: str, length: int, trusting: bool) -> None:
        if length != envelope.length:
            raise StateUnreadable(f"its state has {length} bytes, and its header says {envelope.length}")
        if digest != envelope.sha256:
            raise StateUnreadable("its state does not fit the SHA-256 of its header: it was changed")
        if not trusting and envelope.name != self.name:
            raise StateUnreadable(f"it was written for the key {envelope.name}, and this is {self.name}")

    def _open_raw(self, stored: StoredValue, payload: BinaryIO, trusting: bool) -> Envelope:
        """What an image of the 2018 generation left: a pickle with nothing around it."""
        if self._key or trusting:
            raise StateUnreadable("it has no envelope, so no signature" if self._key else "it has no envelope")
        digest = hashlib.sha256()
        for piece in pieces(stored, 0, stored.length):
            digest.update(piece)
            payload.write(piece)
        return Envelope(self.name, 0, b"", _RAW, "", stored.length, digest.hexdigest(), False)
