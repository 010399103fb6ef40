"""seldon_runtime.persistence.writer and lease: each step between a component's state and the stored one."""

import logging

import pytest
from seldon_component.errors import Unavailable
from seldon_runtime.errors import NotLeader, StateUnreachable, StateUnreadable
from seldon_runtime.persistence.lease import Lease
from seldon_runtime.persistence.writer import Writer
from support.stores import ME, OTHER, read, repository, write
from support.stub_state import StubState


def writer(place, identity=ME):
    one = repository(place)
    lease = Lease(one.store, 60, identity)
    return Writer(one, lease, identity), lease


def restored(place, identity=ME, **state):
    """(Writer, StubState) after the restore at the start."""
    one, stub = writer(place, identity)[0], StubState(**state)
    one.restore(stub)
    return one, stub


def stored(place):
    found = read(repository(place))
    return found and (found[0].generation, found[1])


def test_an_empty_store_means_a_fresh_component(place):
    _, stub = restored(place)
    assert (stub.calls, stub.state) == (["fresh"], b"fresh")


def test_a_stored_state_is_restored(place):
    write(repository(place), b"kept", generation=4)
    one, stub = restored(place)
    assert (stub.calls, stub.state, one.generation) == (["restore"], b"kept", 4)


def test_a_stored_state_that_the_component_refuses_stays(place):
    write(repository(place), b"bad")
    one, _ = writer(place)
    with pytest.raises(StateUnreadable, match="refused"):
        one.restore(StubState())
    assert not one.has_state
    with pytest.raises(Unavailable):
        one.save()
    assert stored(place) == (1, b"bad")


def test_only_a_changed_state_makes_a_new_generation(place):
    one, stub = restored(place)
    for state, generation in ((b"a", 1), (b"a", 1), (b"b", 2)):
        stub.state = state
        one.save()
        assert stored(place) == (generation, state)


def test_an_unchanged_restored_state_is_not_saved_again(place):
    write(repository(place), b"kept", generation=4)
    restored(place)[0].save()
    assert stored(place) == (4, b"kept")


def test_a_follower_writes_nothing(place):
    first, _ = restored(place)
    second, _ = restored(place, OTHER)
    first.save()
    with pytest.raises(NotLeader, match="another replica holds the lease"):
        second.save()


@pytest.mark.parametrize(("merges", "state"), [(False, b"theirs"), (True, b"theirs merged")])
def test_the_state_of_another_writer_is_loaded_before_a_write(merges, state, place, caplog):
    one, stub = restored(place, merges=merges)
    one.save()
    write(repository(place), b"theirs", replaces=repository(place).version(), generation=7, writer=OTHER)
    one.save()
    assert (stub.calls[-1], stub.state) == ("merge", state)
    assert stored(place) == ((8, state) if merges else (7, state))
    assert (logging.WARNING, "another writer has stored generation 7: the component takes that over") in [
        (record.levelno, record.getMessage()) for record in caplog.records]


def test_a_new_leader_loads_the_state_without_a_warning(place, caplog):
    caplog.set_level(logging.INFO)
    one, stub = restored(place)
    write(repository(place), b"theirs", generation=7, writer=OTHER)
    one.refresh()
    assert stub.state == b"theirs"
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


def test_a_foreign_state_that_cannot_be_loaded_stays(place):
    one, stub = restored(place)
    one.save()
    place.put(b"bad")
    for _ in range(2):
        stub.state = b"newer"
        with pytest.raises(StateUnreadable):
            one.save()
    assert place.get() == b"bad"


def test_an_own_write_whose_response_was_lost_is_recognised(place):
    one, stub = restored(place)
    write_ = one._repository.store.write
    lost: list[bool] = []

    def losing(*arguments):
        write_(*arguments)
        if not lost:
            lost.append(True)
            raise StateUnreachable("gone")

    one._repository.store.write = losing
    with pytest.raises(StateUnreachable):
        one.save()
    assert stored(place) == (1, b"fresh")
    stub.state = b"newer"
    one.save()
    assert (stored(place), stub.calls) == ((2, b"newer"), ["fresh"])


def test_generations_go_on_after_a_failover_that_lost_a_write(redis_place):
    one, stub = restored(redis_place)
    one.save()
    old = redis_place.get()
    stub.state = b"newer"
    one.save()
    redis_place.put(old)
    one.save()
    assert stored(redis_place) == (3, b"newer")


def test_a_deleted_state_is_written_again_as_the_next_generation(redis_place):
    one, _ = restored(redis_place)
    one.save()
    redis_place.client.flushall()
    one.save()
    assert stored(redis_place) == (2, b"fresh")


def test_a_lease_is_acquired_renewed_and_released(place):
    (_, mine), (_, theirs) = writer(place), writer(place, OTHER)
    assert not mine.held
    assert mine.acquire() and mine.held and mine.acquire()
    assert not theirs.acquire() and not theirs.held
    mine.release()
    assert not mine.held and not mine.acquire()
    assert theirs.acquire()
    theirs.release()


def test_the_owner_of_a_lease_names_its_host(place):
    host, _, number = writer(place)[1].owner.rpartition(":")
    assert host and number == ME.hex()
