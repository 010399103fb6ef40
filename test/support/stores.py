"""The stores that the tests run on: a real Redis, which the tests start, and a folder."""

import contextlib
import io

from seldon_component.state.object_state import PICKLE
from seldon_runtime.persistence.envelope import Envelope
from seldon_runtime.persistence.file_store import FileStore
from seldon_runtime.persistence.redis_store import RedisStore
from seldon_runtime.persistence.repository import StateRepository
from seldon_runtime.persistence.signer import Signer, digest_of
from support.redis_server import RedisServer

NAME = "persistence_shop_main_router"
ME, OTHER = b"m" * 16, b"o" * 16
DESCRIBED = {"class": "shop.Router", "form": PICKLE, "python": "3.13.0", "packages": {"numpy": "2.1"}}


class UrlPlace:
    """A Redis of which the tests know the URL only; each store is the one of another replica."""

    def __init__(self, url):
        self.url = url

    def store(self, history=3):
        return RedisStore(self.url, NAME, history)


class RedisPlace(UrlPlace):
    """An empty database of a running Redis."""

    def __init__(self, server: RedisServer, client):
        super().__init__(server.url)
        self.client = client
        client.flushall()

    def put(self, value):
        """Write a value as foreign software does."""
        self.client.set(NAME, value)

    def get(self):
        return self.client.get(NAME)


class FilePlace:
    """The same with a folder."""

    def __init__(self, folder):
        self.folder = folder

    def store(self, history=3):
        return FileStore(f"file://{self.folder}", NAME, history)

    def _paths(self):
        return sorted((path for path in self.folder.iterdir() if path.suffix[1:].isdigit()), key=lambda path: int(path.suffix[1:]))

    def put(self, value):
        paths = self._paths()
        (paths[-1] if paths else self.folder / f"{NAME}.1").write_bytes(value)

    def get(self):
        paths = self._paths()
        return paths[-1].read_bytes() if paths else None


def repository(place, secret=None, history=3, max_bytes=2**29, name=NAME):
    return StateRepository(place.store(history), Signer(name, secret, max_bytes))


def envelope(payload, generation=1, writer=ME, **changes):
    digest, length = digest_of(io.BytesIO(payload))
    fields = {"name": "", "generation": generation, "writer": writer, "described": DESCRIBED, "saved_at": "2018-05-04T00:00:00",
              "length": length, "sha256": digest, "signed": False}
    return Envelope(**{**fields, **changes})


def write(repository, payload, replaces=None, owner=None, **changes):
    """Write a state; its Version."""
    return repository.write(envelope(payload, **changes), io.BytesIO(payload), replaces, owner)


def read(repository):
    """(Envelope, state, Version) of the current value; None if there is none."""
    payload = io.BytesIO()
    found = repository.read(payload)
    return found and (found[0], payload.getvalue(), found[1])


@contextlib.contextmanager
def leading(store, owner):
    """The owner holds the lease meanwhile."""
    assert store.acquire(owner, 60)
    yield
    store.release(owner)


def write_and_read(url):
    """Two writes of a leader through a URL, and a read."""
    one = repository(UrlPlace(url), history=2)
    with leading(one.store, "me"):
        version = write(one, b"one", owner="me")
        write(one, b"two", replaces=version, owner="me", generation=2)
    assert read(one)[1] == b"two"
    assert len(one.store.earlier()) == 1
    assert not one.store.where.count("@")
