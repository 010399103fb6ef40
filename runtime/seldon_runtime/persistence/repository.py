"""The stored states of one component: a store, and the seal on what lies in it."""

from __future__ import annotations

from typing import BinaryIO

from ..config.settings import Settings
from ..errors import StateUnreachable, StateUnreadable
from .envelope import HEAD_SIZE, Envelope
from .signer import Signer
from .store import Store
from .stored_value import Mark, StoredValue


def open_repository(settings: Settings) -> StateRepository:
    """The component's own vault. Raises BadSetting; reaches for nothing yet."""
    seal = Signer(settings.persistence_name, settings.signing_key(), settings.persistence_max_bytes)
    open_store = _file if settings.store_url.startswith("file:") else _redis
    return StateRepository(open_store(settings.store_url, seal.name, settings.persistence_history), seal)


def _redis(url: str, key: str, history: int) -> Store:
    from .redis_store import RedisStore  # its library is slow to import

    return RedisStore(url, key, history)


def _file(url: str, key: str, history: int) -> Store:
    from .file_store import FileStore

    return FileStore(url, key, history)


class StateRepository:
    """Reads and writes sealed states. Everything raises StateUnreachable when the store does not answer."""

    def __init__(self, store: Store, seal: Signer) -> None:
        self.store = store
        self.name = seal.name
        self._seal = seal

    def mark(self) -> Mark | None:
        """Of the current state; None when there is none."""
        return Mark.of(self.store.current())

    def read(self, payload: BinaryIO) -> tuple[Envelope, Mark] | None:
        """The current state, written into an empty file; None when there is none. Raises StateUnreadable."""
        for _ in range(_TORN_READS):
            stored = self.store.current()
            if stored is None:
                return None
            mark = Mark.of(stored)
            try:
                envelope: Envelope | StateUnreadable = self._seal.open(stored, empty(payload))
            except StateUnreadable as error:
                envelope = error
            if self.mark() != mark:  # replaced while it was read
                continue
            if isinstance(envelope, StateUnreadable):
                raise StateUnreadable(f"the state in {self.store.where} {self.name}: {envelope}")
            assert mark is not None
            return envelope, mark
        raise StateUnreachable(f"{self.store.where}: the state is replaced all the time")

    def open(self, stored: StoredValue, payload: BinaryIO, trusting: bool = False) -> Envelope:
        """Any value, written into a file. Raises StateUnreadable. See Seal.open."""
        return self._seal.open(stored, payload, trusting)

    def write(self, envelope: Envelope, payload: BinaryIO, after: Mark | None, owner: str | None) -> Mark:
        """Put a state in the place of the one that `after` marks. payload: a file that stands where the state begins.

        Raises StateChanged, LeaseLost (see Store.write) or BadState.
        """
        own = self._seal.own(envelope)
        length, pieces = self._seal.close(own, payload)
        self.store.write(length, pieces, after, owner)
        return Mark(own.pack()[:HEAD_SIZE], length)


_TORN_READS = 10


def empty(file: BinaryIO) -> BinaryIO:
    """A file without what was in it."""
    file.seek(0)
    file.truncate()
    return file
