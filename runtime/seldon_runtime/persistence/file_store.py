"""Values on a volume, for where no Redis is: a file a generation, of which the highest number is the current one."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from ..errors import LeaseLost, StateChanged, StateUnreachable
from .stored_value import Mark, StoredValue

_MODE = 0o660  # group 0: OpenShift runs the next container under another uid


class FileValue:
    """One file. See `Stored`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with _telling(path):
            self.length = path.stat().st_size

    def read(self, offset: int, size: int) -> bytes:
        with _telling(self._path), self._path.open("rb", buffering=0) as file:
            return os.pread(file.fileno(), max(size, 0), offset)


class FileStore:
    """See `Store`. The lease is a lock, which ends with the process that holds it, however that ends."""

    def __init__(self, url: str, key: str, history: int) -> None:
        """url: file:///folder. history: how many values are kept, the current one included."""
        self._folder = Path(unquote(urlsplit(url).path))
        self._name = quote(key, safe="")
        self._history = history
        self._lease: int | None = None
        self.where = f"file://{self._folder}"

    def current(self) -> StoredValue | None:
        paths = self._paths()
        return FileValue(paths[0]) if paths else None

    def earlier(self) -> list[StoredValue]:
        return [FileValue(path) for path in self._paths()[1:]]

    def write(self, length: int, pieces: Iterator[bytes], after: Mark | None, owner: str | None) -> None:
        with _telling(self._folder), self._alone():
            if owner and self._lease is None:
                raise LeaseLost("this replica does not hold the lease")
            if Mark.of(self.current()) != after:
                raise StateChanged("another writer has replaced the stored state")
            self._replace(pieces)
            for path in self._paths()[self._history :]:
                path.unlink()

    def hold(self, owner: str, seconds: float) -> bool:
        with _telling(self._folder):
            if self._lease is None:
                self._lease = self._lock("lease", fcntl.LOCK_EX | fcntl.LOCK_NB)
            return self._lease is not None

    def release(self, owner: str) -> None:
        if self._lease is not None:
            os.close(self._lease)
            self._lease = None

    def _paths(self) -> list[Path]:
        """The highest number first."""
        with _telling(self._folder):
            found = [path for path in self._folder.iterdir() if path.stem == self._name and path.suffix[1:].isdigit()]
        return sorted(found, key=_number, reverse=True)

    def _replace(self, pieces: Iterator[bytes]) -> None:
        """Whenever the power goes, either value is there, and whole."""
        paths = self._paths()
        number = _number(paths[0]) + 1 if paths else 1
        new = self._folder / f"{self._name}.new"
        with open(_create(new, os.O_WRONLY | os.O_TRUNC), "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self._folder / f"{self._name}.{number}")
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """No other writer, with or without the lease, is at work meanwhile."""
        descriptor = self._lock("lock", fcntl.LOCK_EX)
        try:
            yield
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _lock(self, suffix: str, how: int) -> int | None:
        """A descriptor with the lock; None when another has it."""
        descriptor = _create(self._folder / f"{self._name}.{suffix}", os.O_RDWR)
        try:
            fcntl.flock(descriptor, how)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor


def _create(path: Path, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_CREAT, _MODE)
    with contextlib.suppress(PermissionError):  # somebody else's file has its rights already
        os.fchmod(descriptor, _MODE)  # whatever the umask is
    return descriptor


def _number(path: Path) -> int:
    return int(path.suffix[1:])


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateUnreachable(f"file://{path}: {error.strerror}") from None
