"""An empty store of each kind."""

import pytest
import redis
from support.redis_server import RedisServer
from support.stores import FilePlace, RedisPlace


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis")).wait_until_ready()
    yield server
    server.kill()


@pytest.fixture
def redis_place(redis_server):
    with redis.Redis(port=redis_server.port) as client:
        yield RedisPlace(redis_server, client)


@pytest.fixture(params=["redis", "file"])
def place(request, tmp_path):
    return FilePlace(tmp_path) if request.param == "file" else request.getfixturevalue("redis_place")
