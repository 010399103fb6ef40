"""A Redis of the tests' own, emptied for each, and replicas that are gone at the end of their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from redis_server import RedisServer
from replicas import Replica


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis")).wait_until_ready()
    yield server
    server.kill()


@pytest.fixture
def store(redis_server: RedisServer) -> Iterator[redis.Redis]:
    """A client of it."""
    with redis.Redis(port=redis_server.port) as client:
        client.flushall()
        yield client


@pytest.fixture
def replica(tmp_path: Path, redis_server: RedisServer, store: redis.Redis) -> Iterator[Callable[..., Replica]]:
    """`replica(model, **variables)`: one that has not been started yet."""
    made: list[Replica] = []

    def make(model: str = "counting.Dicted", **variables: object) -> Replica:
        given = {"REDIS_SERVICE_HOST": "127.0.0.1", "REDIS_SERVICE_PORT": redis_server.port, **variables}
        made.append(Replica(tmp_path / f"replica-{len(made)}", model, **given))
        return made[-1]

    yield make
    for one in made:
        if hasattr(one, "process"):
            one.kill()
