"""Only one replica writes: leases, new leaders, foreign writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from support.replicas import KEY, Replica
from support.waiting import eventually

Make = Callable[..., Replica]
LEADS = "this replica holds the lease: it writes from now on"


@pytest.fixture(params=["redis", "file"])
def make(request: pytest.FixtureRequest, replica: Make, tmp_path: object) -> Make:
    """Replicas that share a store, of each kind."""
    url = {"PERSISTENCE_URL": f"file://{tmp_path}"} if request.param == "file" else {}
    return lambda *model, **variables: replica(*model, **url, **variables)


def test_one_replica_writes_and_the_others_serve(make: Make) -> None:
    first, second = make().ready(), make().ready()
    first.count(times=2)
    assert first.saved() >= 1
    second.count()
    response = second.save()
    assert (response.status_code, response.json()["status"]["info"]) == (
        503, "the state was not saved: another replica holds the lease, and writes")
    assert second.stop() == 0
    first.kill()
    assert first.ready().counts()[0] == 2


def test_after_a_leader_dies_the_next_one_loads_the_last_save(make: Make) -> None:
    first, second = make().ready(), make().ready()
    first.count(times=3)
    generation = first.saved()
    second.count(client=1)
    first.kill()
    eventually(lambda: second.save().status_code == 200, "the other one led")
    assert second.counts()[:2] == [3, 0]
    second.count()
    assert second.saved() == generation + 1


def test_a_class_that_merges_loses_nothing_when_it_leads(make: Make) -> None:
    first, second = (make("counting.Merging").ready() for _ in range(2))
    first.count(times=3)
    first.saved()
    second.count(client=1, times=2)
    assert first.stop() == 0
    eventually(lambda: second.save().status_code == 200, "the other one led")
    assert second.counts()[:2] == [3, 2]


def test_a_rolling_update_loses_nothing(make: Make) -> None:
    one = make().ready()
    for _ in range(3):
        one = updated(one, make)
    assert one.counts()[0] == 6


def updated(old: Replica, make: Make) -> Replica:
    """The replica that has taken over from this one, which counted once alone and once beside it."""
    old.count()
    new = make().ready()
    old.count()
    assert old.stop() == 0
    eventually(lambda: LEADS in new.log, "the new one led")
    eventually(lambda: new.save().status_code == 200, "the new one had loaded the last save")
    return new


def test_a_foreign_write_is_noticed_and_never_overwritten(replica: Make, store: redis.Redis) -> None:
    one = replica().ready()
    one.count()
    one.saved()
    store.set(KEY, b"foreign")
    one.count()
    assert one.save().status_code == 503
    assert one.stop() == 32
    assert store.get(KEY) == b"foreign"
    assert "another writer has stored generation 0" in one.log


def test_a_rollback_reaches_a_running_component(make: Make) -> None:
    one = make().ready()
    one.count()
    one.saved()
    one.count()
    assert one.saved() == 2
    assert one.state("rollback", "1").stdout == b"generation 3 is generation 1 again\n"
    eventually(lambda: one.counts()[0] == 1, "the component had loaded generation 3")
    one.count(times=5)
    assert one.saved() == 4


def test_a_deleted_state_is_written_again(replica: Make, store: redis.Redis) -> None:
    one = replica().ready()
    one.count()
    one.saved()
    store.flushall()
    assert one.saved() == 2
    assert "the stored state is gone" in one.log
    one.kill()
    assert one.ready().counts()[0] == 1
