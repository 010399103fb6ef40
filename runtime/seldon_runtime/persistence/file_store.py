"""Values on a volume, if there is no Redis. Each generation is a file; the highest number is the current one."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from ..errors import LeaseLost, StateChanged, StateUnreachable
from .store import StoredValue, Version

_MODE = 0o660  # group 0: OpenShift runs the next container under another uid


class FileValue:
    """One file. See `StoredValue`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with _file_errors(path):
            self.length = path.stat().st_size

    def read(self, offset: int, size: int) -> bytes:
        with _file_errors(self._path), self._path.open("rb", buffering=0) as file:
            return os.pread(file.fileno(), max(size, 0), offset)


class FileStore:
    """See `Store`. The lease is a file lock: the kernel releases it when the process ends, even after a crash."""

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

    def write(self, length: int, chunks: Iterator[bytes], replaces: Version | None, owner: str | None) -> None:
        with _file_errors(self._folder), self._only_writer():
            if owner and self._lease is None:
                raise LeaseLost("this replica does not hold the lease")
            if Version.of(self.current()) != replaces:
                raise StateChanged("another writer has replaced the stored state")
            self._write_next(chunks)
            for path in self._paths()[self._history :]:
                path.unlink()

    def acquire(self, owner: str, seconds: float) -> bool:
        with _file_errors(self._folder):
            if self._lease is None:
                self._lease = self._lock("lease", fcntl.LOCK_EX | fcntl.LOCK_NB)
            return self._lease is not None

    def release(self, owner: str) -> None:
        if self._lease is not None:
            os.close(self._lease)
            self._lease = None

    def _paths(self) -> list[Path]:
        """The highest number first."""
        with _file_errors(self._folder):
            found = [path for path in self._folder.iterdir() if path.stem == self._name and path.suffix[1:].isdigit()]
        return sorted(found, key=_number, reverse=True)

    def _write_next(self, chunks: Iterator[bytes]) -> None:
        """Write the file of the next number. After a power failure either all of it is there, or nothing."""
        paths = self._paths()
        number = _number(paths[0]) + 1 if paths else 1
        new = self._folder / f"{self._name}.new"
        with open(_create(new, os.O_WRONLY | os.O_TRUNC), "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self._folder / f"{self._name}.{number}")
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def _only_writer(self) -> Iterator[None]:
        """No other process writes meanwhile, with or without the lease."""
        descriptor = self._lock("lock", fcntl.LOCK_EX)
        try:
            yield
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _lock(self, suffix: str, operation: int) -> int | None:
        """A descriptor that holds the lock; None if another process holds it."""
        descriptor = _create(self._folder / f"{self._name}.{suffix}", os.O_RDWR)
        try:
            fcntl.flock(descriptor, operation)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor


def _create(path: Path, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_CREAT, _MODE)
    with contextlib.suppress(PermissionError):  # a file of another user has the right mode already
        os.fchmod(descriptor, _MODE)  # because the umask may have removed bits
    return descriptor


def _number(path: Path) -> int:
    return int(path.suffix[1:])


@contextlib.contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    """Turns an OSError into StateUnreachable."""
    try:
        yield
    except OSError as error:
        raise StateUnreachable(f"file://{path}: {error.strerror}") from None
