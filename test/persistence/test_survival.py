"""The state survives every kind of end, in every Python and mode."""

from __future__ import annotations

import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from support.pythons import CURRENT
from support.redis_server import RedisServer
from support.replicas import APP, KEY, Replica
from support.server import free_port
from support.waiting import eventually

Make = Callable[..., Replica]
COLUMNS = {"separate-2.7": "2.7", "separate-3.6": "3.6", f"separate-{CURRENT}": CURRENT, "inline": None}


@pytest.fixture(params=COLUMNS)
def column(request: pytest.FixtureRequest, model_python_of: Callable[[str], str]) -> dict[str, object]:
    """The variables that select a Python and a mode."""
    version = COLUMNS[request.param]
    return {"MODEL_PYTHON": model_python_of(version)} if version else {"MODEL_PROCESS": "inline"}


@pytest.mark.parametrize("model", ["counting.Pickled", "counting.Dicted"])
def test_a_state_survives_sigterm_and_kill(model: str, column: dict[str, object], replica: Make, store: redis.Redis) -> None:
    one = replica(model, **column).ready()
    assert one.counts() == [0] * 8
    one.count(client=1, times=3)
    assert one.stop() == 0
    one.ready()
    assert one.counts()[1] == 3
    one.count(client=2, times=2)
    assert one.saved() == 2
    one.count(client=2)
    one.kill()
    assert one.ready().counts()[:3] == [0, 3, 2]


def test_what_comes_during_a_drain_is_saved(column: dict[str, object], replica: Make) -> None:
    one = replica(DRAIN_SECONDS=60, GRACE_PERIOD_SECONDS=120, **column).ready()
    one.count()
    one.terminate()
    eventually(lambda: one.status("/ready") == 503, "the replica drained")
    one.count(times=2)
    assert one.stop() == 0
    assert one.ready().counts()[0] == 3


def test_a_state_survives_a_crash_of_the_component_alone(replica: Make, model_python: str) -> None:
    one = replica(MODEL_PYTHON=model_python).ready()
    one.count(times=3)
    one.saved()
    assert one.command("crash").status_code == 500
    assert one.counts()[0] == 3
    one.count()
    assert one.saved() == 2


def test_a_state_on_a_volume_survives(replica: Make, tmp_path: Path) -> None:
    (tmp_path / "volume").mkdir()
    one = replica(PERSISTENCE_URL=f"file://{tmp_path}/volume").ready()
    one.count(times=3)
    one.kill()
    assert one.ready().counts()[0] == 0
    one.count(times=3)
    assert one.stop() == 0
    assert one.ready().counts()[0] == 3


def test_the_key_is_the_historical_one(replica: Make, store: redis.Redis) -> None:
    one = replica(SELDON_DEPLOYMENT_ID="shop", PREDICTOR_ID="main", PREDICTIVE_UNIT_ID="router").ready()
    one.saved()
    assert store.exists("persistence_shop_main_router")


def test_a_changed_state_is_saved_every_push_frequency_seconds(replica: Make) -> None:
    parameters = '[{"name": "push_frequency", "type": "FLOAT", "value": "0.2"}]'
    one = replica(PREDICTIVE_UNIT_PARAMETERS=parameters).ready()
    one.count()
    eventually(lambda: "1" in one.state("list").stdout.decode(), "the first save")
    eventually(lambda: one.metric("persistence_last_success_timestamp_seconds") > 0, "the save was counted")
    generation, success = one.metric("persistence_generation"), one.metric("persistence_last_success_timestamp_seconds")
    eventually(lambda: one.metric("persistence_last_success_timestamp_seconds") > success, "the next save")
    assert one.metric("persistence_generation") == generation
    one.count()
    eventually(lambda: one.metric("persistence_generation") == generation + 1, "the changed state was saved")


def test_a_constructor_that_takes_push_frequency_gets_it(replica: Make) -> None:
    parameters = '[{"name": "push_frequency", "type": "INT", "value": "7"}]'
    assert replica("counting.Frequent", PREDICTIVE_UNIT_PARAMETERS=parameters).ready().counts()[0] == 7


@pytest.mark.parametrize("version", ["2.7", "3.6"])
@pytest.mark.parametrize("protocol", [0, 2])
def test_a_raw_pickle_of_2018_is_read_with_a_warning(
    version: str, protocol: int, replica: Make, store: redis.Redis, model_python_of: Callable[[str], str]
) -> None:
    python = model_python_of(version)
    code = ("import pickle, sys, counting; router = counting.Pickled(); router.counts[0] = 7\n"
            f"getattr(sys.stdout, 'buffer', sys.stdout).write(pickle.dumps(router, {protocol}))")
    store.set(KEY, subprocess.run([python, "-B", "-c", code], cwd=APP, capture_output=True, check=True).stdout)
    one = replica("counting.Pickled", MODEL_PYTHON=python).ready()
    assert one.counts()[0] == 7
    assert "WARNING: the stored state is a raw pickle" in one.log
    assert one.saved() == 1
    assert "pickle of counting.Pickled" in one.state("list").stdout.decode()


def test_requests_are_served_during_a_snapshot(replica: Make, tmp_path: Path, model_python: str) -> None:
    folder = copy_of_the_app(tmp_path)
    one = replica("counting.Slow", MODEL_PYTHON=model_python)
    one.folder = folder
    one.ready().count()
    saving = one.begin_to_save()
    eventually((folder / "begun").exists, "the snapshot had begun")
    one.count(times=2)
    (folder / "gate").touch()
    assert saving().json() == {"generation": 1}
    one.kill()
    assert one.ready().counts()[0] == 1  # as it was when the snapshot began


@pytest.mark.parametrize("variables", [{"PERSISTENCE_FORK": 0}, {"MODEL_PROCESS": "inline"}], ids=["PERSISTENCE_FORK=0", "inline"])
def test_without_a_fork_the_snapshot_is_taken_in_place(variables: dict[str, object], replica: Make, tmp_path: Path) -> None:
    folder = copy_of_the_app(tmp_path)
    one = replica("counting.Slow", **variables)
    one.folder = folder
    one.ready().count()
    saving = one.begin_to_save()
    eventually((folder / "begun").exists, "the snapshot had begun")
    counting = one.begin_to_post({"data": {"ndarray": [[0]]}})
    (folder / "gate").touch()
    assert saving().json() == {"generation": 1}
    assert counting().status_code == 200
    one.kill()
    assert one.ready().counts()[0] == 1


def copy_of_the_app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "counting.py").write_text((APP / "counting.py").read_text())
    return folder


def test_a_snapshot_that_fails_is_reported_and_the_server_goes_on(replica: Make, model_python: str) -> None:
    one = replica("counting.Failing", MODEL_PYTHON=model_python).ready()
    response = one.save()
    assert response.status_code == 503
    assert response.json()["status"]["info"] == "the state was not saved: ValueError: no state today"
    assert one.metric("persistence_failures_total") == 1
    one.count()
    assert one.command("look").status_code == 200


def test_without_persistence_there_is_no_save_path(replica: Make) -> None:
    assert replica(PERSISTENCE=0).ready().save().status_code == 404


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


class Hostile:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (open, (str(self.path), "w"))


def test_with_a_key_a_hostile_pickle_is_never_unpickled(replica: Make, store: redis.Redis, tmp_path: Path) -> None:
    store.set(KEY, pickle.dumps(Hostile(tmp_path / "was-here")))
    one = replica("counting.Pickled", PERSISTENCE_KEY="k" * 16, PERSISTENCE_TIMEOUT=1).start()
    assert one.process.wait(60) == 31
    assert "it has no envelope, so no signature" in one.log
    for command in ("list", "show", "rollback"):
        one.state(command)
    assert not (tmp_path / "was-here").exists()
