"""seldon_runtime.persistence.writer, lease and backoff: each step between a component's state and the stored one."""

import logging
import math

import pytest
from seldon_component.errors import Unavailable
from seldon_runtime.errors import NotLeader, StateUnreachable, StateUnreadable
from seldon_runtime.persistence.backoff import Backoff
from seldon_runtime.persistence.lease import Lease
from seldon_runtime.persistence.writer import Writer
from stores import ME, OTHER, read, repository, write
from stub_state import StubState


def writer(place, identity=ME):
    one = repository(place)
    lease = Lease(one.store, 60, identity)
    return Writer(one, lease, identity), lease


def begun(place, identity=ME, **state):
    """(Writer, StubState) that have begun."""
    one, stub = writer(place, identity)[0], StubState(**state)
    one.begin(stub)
    return one, stub


def stored(place):
    found = read(repository(place))
    return found and (found[0].generation, found[1])


def test_an_empty_store_means_a_fresh_component(place):
    _, stub = begun(place)
    assert (stub.heard, stub.state) == (["fresh"], b"fresh")


def test_what_is_stored_is_restored(place):
    write(repository(place), b"kept", generation=4)
    one, stub = begun(place)
    assert (stub.heard, stub.state, one.generation) == (["restore"], b"kept", 4)


def test_what_is_stored_and_refused_is_no_begin(place):
    write(repository(place), b"bad")
    one, _ = writer(place)
    with pytest.raises(StateUnreadable, match="refused"):
        one.begin(StubState())
    assert not one.has_state
    with pytest.raises(Unavailable):
        one.save()
    assert stored(place) == (1, b"bad")


def test_a_changed_state_is_a_new_generation_and_an_unchanged_one_is_none(place):
    one, stub = begun(place)
    for state, generation in ((b"a", 1), (b"a", 1), (b"b", 2)):
        stub.state = state
        one.save()
        assert stored(place) == (generation, state)


def test_a_restored_state_that_has_not_changed_is_not_saved_again(place):
    write(repository(place), b"kept", generation=4)
    begun(place)[0].save()
    assert stored(place) == (4, b"kept")


def test_while_another_holds_the_lease_nothing_is_written(place):
    first, _ = begun(place)
    second, _ = begun(place, OTHER)
    first.save()
    with pytest.raises(NotLeader, match="another replica holds the lease"):
        second.save()


@pytest.mark.parametrize(("merges", "state"), [(False, b"theirs"), (True, b"theirs merged")])
def test_a_foreign_state_is_taken_over_before_anything_is_written(merges, state, place, caplog):
    one, stub = begun(place, merges=merges)
    one.save()
    write(repository(place), b"theirs", after=repository(place).mark(), generation=7, writer=OTHER)
    one.save()
    assert (stub.heard[-1], stub.state) == ("merge", state)
    assert stored(place) == ((8, state) if merges else (7, state))
    assert (logging.WARNING, "another writer has stored generation 7: the component takes that over") in [
        (record.levelno, record.getMessage()) for record in caplog.records]


def test_a_take_over_is_no_warning(place, caplog):
    caplog.set_level(logging.INFO)
    one, stub = begun(place)
    write(repository(place), b"theirs", generation=7, writer=OTHER)
    one.refresh()
    assert stub.state == b"theirs"
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


def test_a_foreign_state_that_cannot_be_taken_stays(place):
    one, stub = begun(place)
    one.save()
    place.put(b"bad")
    for _ in range(2):
        stub.state = b"newer"
        with pytest.raises(StateUnreadable):
            one.save()
    assert place.get() == b"bad"


def test_a_write_of_ours_whose_answer_was_lost_is_recognised(place):
    one, stub = begun(place)
    write_, lost = one._vault.store.write, []

    def losing(*arguments):
        write_(*arguments)
        if not lost:
            lost.append(True)
            raise StateUnreachable("gone")

    one._vault.store.write = losing
    with pytest.raises(StateUnreachable):
        one.save()
    assert stored(place) == (1, b"fresh")
    stub.state = b"newer"
    one.save()
    assert (stored(place), stub.heard) == ((2, b"newer"), ["fresh"])


def test_after_a_failover_that_lost_a_write_generations_go_on(redis_place):
    one, stub = begun(redis_place)
    one.save()
    old = redis_place.get()
    stub.state = b"newer"
    one.save()
    redis_place.put(old)
    one.save()
    assert stored(redis_place) == (3, b"newer")


def test_a_state_that_is_gone_is_written_anew_and_generations_go_on(redis_place):
    one, _ = begun(redis_place)
    one.save()
    redis_place.client.flushall()
    one.save()
    assert stored(redis_place) == (2, b"fresh")


def test_a_lease_is_taken_renewed_and_given_back(place):
    (_, mine), (_, theirs) = writer(place), writer(place, OTHER)
    assert not mine.held
    assert mine.take() and mine.held and mine.take()
    assert not theirs.take() and not theirs.held
    mine.give_back()
    assert not mine.held and not mine.take()
    assert theirs.take()
    theirs.give_back()


def test_the_owner_of_a_lease_tells_its_host(place):
    host, _, number = writer(place)[1].owner.rpartition(":")
    assert host and number == ME.hex()


def test_waits_double_up_to_the_longest_and_end_with_patience():
    backoff = Backoff()
    assert [backoff.next() for _ in range(8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 8.0, 8.0]
    assert Backoff(0).next() is None
    assert 0 < Backoff(0.1).next() <= 0.1
    assert math.isfinite(Backoff().next())
