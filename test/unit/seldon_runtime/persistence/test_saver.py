"""seldon_runtime.persistence.saver: attempts at the start, saves while the component serves, the last save."""

import contextlib
import dataclasses
import logging
from pathlib import Path

import pytest
from seldon_component.errors import BadState, Unavailable
from seldon_runtime.config.environment import read_settings
from seldon_runtime.errors import SaveRefused
from seldon_runtime.metrics import Metrics
from seldon_runtime.persistence.saver import StateSaver
from support.stores import NAME, FilePlace, repository, write
from support.stub_state import StubState
from support.waiting import eventually


@contextlib.contextmanager
def saver_of(folder, **changes):
    """(StateSaver, the exit codes that it reported, Metrics) of a folder."""
    values = {"url": f"file://{folder}", "name": NAME, "timeout": 0.5, "lease": 0.3, **changes}
    settings = read_settings(["M"], folder, folder / "none")
    metrics = Metrics(settings)
    codes: list[int] = []
    saver = StateSaver(dataclasses.replace(settings.persistence, **values), codes.append, metrics)
    yield saver, codes, metrics
    saver.stop(0)


def exposed(metrics, name):
    text = metrics.expose("")[0].decode()
    return next(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


def logged(caplog, text):
    return [record.getMessage() for record in caplog.records if text in record.getMessage()]


def test_a_fresh_component_is_saved(tmp_path):
    with saver_of(tmp_path) as (saver, codes, metrics):
        state = StubState()
        saver.restore(state)
        assert (state.calls, saver.save(), codes) == (["fresh"], 1, [])
        assert exposed(metrics, "persistence_generation") == 1
        assert exposed(metrics, "persistence_last_success_timestamp_seconds") > 1.5e9
        assert exposed(metrics, "persistence_failures_total") == 0


def test_a_start_without_a_store_ends_after_the_timeout(tmp_path, caplog):
    with saver_of(tmp_path / "none") as (saver, codes, _):
        with pytest.raises(Unavailable, match="the state cannot be restored"):
            saver.restore(StubState())
        assert codes == [30]
    assert len(logged(caplog, "not ready, and trying again")) == 1


def test_a_start_with_an_unreadable_state_ends_and_the_state_stays(tmp_path):
    (tmp_path / f"{NAME}.1").write_bytes(b"bad")
    with saver_of(tmp_path) as (saver, codes, _):
        with pytest.raises(Unavailable):
            saver.restore(StubState())
        assert codes == [31]
        with pytest.raises(SaveRefused, match="the component is not loaded"):
            saver.save()
        assert saver.stop(1) == 0
    assert (tmp_path / f"{NAME}.1").read_bytes() == b"bad"


def test_a_failure_is_logged_once_and_so_is_its_end(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    with saver_of(tmp_path) as (saver, _, metrics):
        state = StubState()
        saver.restore(state)
        state.failure = BadState("no state today")
        for _ in range(3):
            with pytest.raises(SaveRefused, match="the state was not saved: no state today"):
                saver.save()
            saver._refresh()
        state.failure = None
        saver.save()
        assert exposed(metrics, "persistence_failures_total") == 3
    assert len(logged(caplog, "the state is not kept for now: no state today")) == 1
    assert len(logged(caplog, "the state is kept again")) == 1


def test_the_period_is_push_frequency(tmp_path):
    with saver_of(tmp_path, push_frequency=0.1) as (saver, _, metrics):
        state = StubState()
        saver.restore(state)
        eventually(lambda: exposed(metrics, "persistence_generation") == 1, "the first save")
        state.state = b"changed"
        eventually(lambda: exposed(metrics, "persistence_generation") == 2, "the next save")


def test_the_last_save_has_the_latest_state_and_the_lease_is_released(tmp_path):
    with saver_of(tmp_path) as (saver, _, _):
        state = StubState()
        saver.restore(state)
        saver.save()
        state.state = b"last"
        assert saver.stop(5) == 0
    assert b"last" in Path(tmp_path / f"{NAME}.2").read_bytes()
    assert repository(FilePlace(tmp_path)).store.acquire("other", 1)


def test_a_last_save_that_fails_has_an_exit_code(tmp_path, caplog):
    with saver_of(tmp_path) as (saver, _, _):
        state = StubState()
        saver.restore(state)
        state.failure = BadState("no state today")
        assert saver.stop(5) == 32
    assert logged(caplog, "the last save failed")


def test_a_follower_has_nothing_to_save_at_the_end(tmp_path):
    with saver_of(tmp_path) as (first, _, _), saver_of(tmp_path) as (second, _, _):
        first.restore(StubState())
        first.save()
        second.restore(StubState())
        with pytest.raises(SaveRefused, match="another replica holds the lease"):
            second.save()
        assert second.stop(5) == 0


def test_the_stored_state_is_restored(tmp_path):
    write(repository(FilePlace(tmp_path)), b"kept", generation=4)
    with saver_of(tmp_path) as (saver, _, _):
        state = StubState()
        saver.restore(state)
        assert (state.state, saver.save()) == (b"kept", 4)
