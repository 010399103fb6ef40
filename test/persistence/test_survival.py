"""The state survives every kind of end, in every Python and mode."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from support.pythons import CURRENT
from support.replicas import APP, KEY, Replica
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
