"""Redis is away before the start, while the component serves or at the end: what a replica does, and what its log says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.redis_server import RedisServer
from support.replicas import Replica
from support.server import free_port
from support.waiting import eventually

Make = Callable[..., Replica]


def test_a_start_waits_for_redis(tmp_path: Path, replica: Make) -> None:
    port = free_port()
    one = replica(REDIS_SERVICE_PORT=port).start()
    eventually(lambda: "not ready, and trying again" in one.log, "the replica had tried")
    assert one.status("/ready") is None
    server = RedisServer(tmp_path / "late", port=port)
    eventually(lambda: one.status("/ready") == 200, "the replica was ready")
    server.kill()


def test_a_start_without_redis_ends_with_30(replica: Make) -> None:
    one = replica(REDIS_SERVICE_PORT=free_port(), PERSISTENCE_TIMEOUT=1).start()
    assert one.process.wait(60) == 30
    assert "no state could be restored within 1 s: redis://127.0.0.1" in one.log


def test_sigterm_ends_a_replica_that_waits_for_redis(replica: Make) -> None:
    one = replica(REDIS_SERVICE_PORT=free_port()).start()
    eventually(lambda: "not ready, and trying again" in one.log, "the replica had tried")
    assert one.stop() == 0


def test_redis_may_stop_and_restart_while_the_component_serves(tmp_path: Path, replica: Make) -> None:
    server = RedisServer(tmp_path / "own", "--appendonly", "yes").wait_until_ready()
    parameters = '[{"name": "push_frequency", "type": "FLOAT", "value": "0.2"}]'
    one = replica(REDIS_SERVICE_PORT=server.port, PREDICTIVE_UNIT_PARAMETERS=parameters).ready()
    one.count()
    generation = one.saved()
    server.kill()
    one.count()
    eventually(lambda: one.metric("persistence_failures_total") >= 2, "saves had failed")
    assert one.save().status_code == 503
    assert one.status("/ready") == 200
    server.start()
    eventually(lambda: one.metric("persistence_generation") == generation + 1, "the state was saved again")
    assert one.log.count("the state is not kept for now") == 1
    assert one.log.count("the state is kept again") == 1
    one.kill()
    assert one.ready().counts()[0] == 2
    server.kill()


def test_a_last_save_that_fails_has_an_exit_code(tmp_path: Path, replica: Make) -> None:
    server = RedisServer(tmp_path / "own").wait_until_ready()
    one = replica(REDIS_SERVICE_PORT=server.port, GRACE_PERIOD_SECONDS=0).ready()
    server.kill()
    one.count()
    assert one.stop() == 32
    assert "what the component has learned since the one before is lost" in one.log


def test_no_log_contains_the_password(tmp_path: Path, replica: Make) -> None:
    server = RedisServer(tmp_path / "own", "--requirepass", "s3cret").wait_until_ready(password="s3cret")
    right, wrong = (f"redis://:{word}@127.0.0.1:{server.port}/0" for word in ("s3cret", "s3crets3cret"))
    one = replica(PERSISTENCE_URL=right, LOG_LEVEL="DEBUG").ready()
    one.saved()
    server.kill()
    assert one.save().status_code == 503
    other = replica(PERSISTENCE_URL=wrong, LOG_LEVEL="DEBUG", PERSISTENCE_TIMEOUT=1).start()
    server.start()
    assert other.process.wait(60) == 30
    broken = replica(PERSISTENCE_URL="redis://:s3cret/@127.0.0.1/0", LOG_LEVEL="DEBUG").start()
    assert broken.process.wait(60) == 10
    for text in (one.log, other.log, broken.log, one.state("list").stderr.decode(), other.state("list").stderr.decode()):
        assert "s3cret" not in text
    server.kill()
