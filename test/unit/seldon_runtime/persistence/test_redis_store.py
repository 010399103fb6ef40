"""seldon_runtime.persistence.redis_store: the behaviour that only Redis has, alone or in a cluster."""

import pytest
import redis
from seldon_runtime.errors import StateUnreachable
from seldon_runtime.persistence.redis_store import RedisStore
from support.redis_server import RedisServer
from support.server import free_port
from support.stores import NAME, UrlPlace, leading, read, repository, write, write_and_read
from support.waiting import eventually


def test_the_keys_are_the_historical_one_and_its_companions(redis_place):
    one = repository(redis_place)
    with leading(one.store, "me"):
        version = write(one, b"one", owner="me")
        write(one, b"two", replaces=version, owner="me", generation=2)
        assert set(redis_place.client.keys()) == {NAME.encode(), b"{%b}:lease" % NAME.encode(), b"{%b}:1" % NAME.encode()}
        assert redis_place.client.ttl(NAME) == -1
    assert redis_place.client.ttl(f"{{{NAME}}}:lease") == -2


def test_a_lease_expires(redis_place):
    redis_place.store().acquire("dead", 0.05)
    eventually(lambda: redis_place.store().acquire("me", 60), "the lease expired")


def test_a_server_that_does_not_respond_is_named(tmp_path):
    port = free_port()
    with pytest.raises(StateUnreachable, match=f"^redis://127.0.0.1:{port}/0: Error 111 connecting to 127.0.0.1:{port}"):
        RedisStore(f"redis://:pa55word@127.0.0.1:{port}/0", NAME, 3).current()


SCRIPTS = 3  # write, acquire, release


def times_called(client):
    """(EVAL, EVALSHA): how often Redis has been sent a script's text, and how often its digest alone was enough."""
    statistics = client.info("commandstats")
    counted = [statistics.get(f"cmdstat_{name}", {"calls": 0, "failed_calls": 0}) for name in ("eval", "evalsha")]
    return tuple(one["calls"] - one["failed_calls"] for one in counted)


def test_the_text_of_a_script_is_sent_once(redis_place):
    redis_place.client.script_flush()
    redis_place.client.config_resetstat()
    one, version = repository(redis_place), None
    for generation in range(1, 6):
        with leading(one.store, "me"):
            version = write(one, b"%d" % generation, replaces=version, owner="me", generation=generation)
    assert times_called(redis_place.client) == (SCRIPTS, 4 * SCRIPTS)


def test_a_write_after_redis_has_forgotten_the_scripts(redis_place):
    one = repository(redis_place)
    version = write(one, b"one")
    redis_place.client.script_flush()
    write(one, b"two", replaces=version, generation=2)
    assert read(one)[1] == b"two"


def test_a_restart_of_redis_between_two_writes(tmp_path):
    server = RedisServer(tmp_path / "own", "--appendonly", "yes", "--appendfsync", "always").wait_until_ready()
    one = repository(UrlPlace(server.url))
    assert one.store.acquire("me", 60)
    version = write(one, b"one", owner="me")
    server.kill()
    server.start()
    server.wait_until_ready()
    write(one, b"two", replaces=version, owner="me", generation=2)
    assert not one.store.acquire("other", 60)
    one.store.release("me")
    assert (read(one)[1], len(one.store.earlier())) == (b"two", 1)
    server.kill()


def test_a_key_of_another_type_is_refused_and_stays(redis_place):
    redis_place.client.rpush(NAME, "x")
    with pytest.raises(StateUnreachable, match="WRONGTYPE"):
        redis_place.store().current()


@pytest.fixture
def cluster(tmp_path):
    """The port of a cluster's one node, which has all slots."""
    server = RedisServer(tmp_path / "cluster", "--cluster-enabled", "yes", "--cluster-port", str(free_port())).wait_until_ready()
    with redis.Redis(port=server.port) as client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        eventually(lambda: client.execute_command("CLUSTER INFO")["cluster_state"] == "ok", "the cluster was complete")
    yield server.port
    server.kill()


def test_a_cluster_keeps_everything_of_one_state_in_one_slot(cluster):
    write_and_read(f"redis+cluster://127.0.0.1:{cluster}")
    with redis.Redis(port=cluster) as client:
        assert len({client.execute_command("CLUSTER", "KEYSLOT", key) for key in client.keys()}) == 1


def test_a_cluster_is_sent_the_text_of_a_script_only_if_it_has_forgotten_it(cluster):
    one = repository(UrlPlace(f"redis+cluster://127.0.0.1:{cluster}"))
    version = write(one, b"one")
    with redis.Redis(port=cluster) as client:
        client.config_resetstat()
        version = write(one, b"two", replaces=version, generation=2)
        assert times_called(client) == (0, 1)
        client.script_flush()
        write(one, b"three", replaces=version, generation=3)
        assert times_called(client) == (1, 1)
    assert read(one)[1] == b"three"
