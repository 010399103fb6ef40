"""A Redis that the tests start and empty before each test, and replicas that are killed after their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from support.redis_server import RedisServer
from support.replicas import Replica


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis")).wait_until_ready()
    yield server
    server.kill()


@pytest.fixture
def store(redis_server: RedisServer) -> Iterator[redis.Redis]:
    """A client of that Redis, which is empty."""
    with redis.Redis(port=redis_server.port) as client:
        client.flushall()
        yield client


@pytest.fixture
def replica(tmp_path: Path, redis_server: RedisServer, store: redis.Redis) -> Iterator[Callable[..., Replica]]:
    """`replica(model, **variables)` returns one that has not been started yet."""
    made: list[Replica] = []

    def make(model: str = "counting.Dicted", **variables: object) -> Replica:
        all_variables: dict[str, Any] = {"REDIS_SERVICE_HOST": "127.0.0.1", "REDIS_SERVICE_PORT": redis_server.port, **variables}
        made.append(Replica(tmp_path / f"replica-{len(made)}", model, **all_variables))
        return made[-1]

    yield make
    for one in made:
        if hasattr(one, "process"):
            one.kill()
