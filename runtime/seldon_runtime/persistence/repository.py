"""The stored states of one component: a store, and the signer of its values."""

from __future__ import annotations

from typing import BinaryIO

from ..config.settings import Settings
from ..errors import StateUnreachable, StateUnreadable
from .envelope import Envelope
from .signer import Signer
from .store import Store, StoredValue, Version

_MAX_READS = 10


def open_repository(settings: Settings) -> StateRepository:
    """The component's own repository. Raises BadSetting; does not connect yet."""
    signer = Signer(settings.persistence_name, settings.signing_key(), settings.persistence_max_bytes)
    open_store = _open_files if settings.store_url.startswith("file:") else _open_redis
    return StateRepository(open_store(settings.store_url, signer.name, settings.persistence_history), signer)


def _open_redis(url: str, key: str, history: int) -> Store:
    from .redis_store import RedisStore  # the redis library is slow to import

    return RedisStore(url, key, history)


def _open_files(url: str, key: str, history: int) -> Store:
    from .file_store import FileStore

    return FileStore(url, key, history)


class StateRepository:
    """Reads and writes signed states. Every method raises StateUnreachable if the store does not respond."""

    def __init__(self, store: Store, signer: Signer) -> None:
        self.store = store
        self.name = signer.name
        self._signer = signer

    def version(self) -> Version | None:
        """The version of the current value; None if there is none."""
        return Version.of(self.store.current())

    def read(self, payload: BinaryIO) -> tuple[Envelope, Version] | None:
        """Write the current state into a file, which is emptied before; None if there is no value.

        Another replica may replace the value during the read. Then it is read again. Raises StateUnreadable.
        """
        for _ in range(_MAX_READS):
            stored = self.store.current()
            if stored is None:
                return None
            version = Version.of(stored)
            assert version is not None
            error = None
            try:
                envelope = self._signer.verify(stored, empty(payload))
            except StateUnreadable as unreadable:
                error = unreadable
            if self.version() != version:
                continue
            if error:
                raise StateUnreadable(f"the state in {self.store.where} {self.name}: {error}")
            return envelope, version
        raise StateUnreachable(f"{self.store.where}: the state is replaced all the time")

    def read_value(self, stored: StoredValue, payload: BinaryIO, trusted: bool = False) -> Envelope:
        """Write the state of any value into a file. Raises StateUnreadable. trusted: see Signer.verify."""
        return self._signer.verify(stored, payload, trusted)

    def write(self, envelope: Envelope, payload: BinaryIO, replaces: Version | None, owner: str | None) -> Version:
        """Replace the current value; the version of the new one. See Store.write.

        payload: a file, positioned where the state begins. Raises StateChanged, LeaseLost or BadState.
        """
        value = self._signer.sign(envelope, payload)
        self.store.write(value.version.length, value.chunks, replaces, owner)
        return value.version


def empty(file: BinaryIO) -> BinaryIO:
    """The same file, without its content."""
    file.seek(0)
    file.truncate()
    return file
