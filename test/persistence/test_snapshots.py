"""When the state is saved, and what the server does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.replicas import APP, Replica
from support.waiting import eventually

Make = Callable[..., Replica]


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
