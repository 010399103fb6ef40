"""seldon_runtime.persistence: a repository on redis_store and on file_store; the behaviour that both have."""

import pytest
from seldon_runtime.errors import LeaseLost, StateChanged, StateUnreadable
from support.stores import ME, NAME, OTHER, envelope, leading, read, repository, write

SECRET = b"k" * 16


def test_an_empty_store_has_no_state(place):
    one = repository(place)
    assert (read(one), one.version(), one.store.earlier()) == (None, None, [])


def test_a_state_is_read_back(place):
    version = write(repository(place), b"one")
    found, state, seen = read(repository(place))
    assert (state, found.generation, found.writer, seen) == (b"one", 1, ME, version)


def test_a_large_state_is_written_and_read_in_chunks(place):
    large = bytes(range(256)) * 20_000
    write(repository(place, SECRET), large)
    assert read(repository(place, SECRET))[1] == large


def test_a_write_replaces_the_version_that_it_names(place):
    one = repository(place)
    version = write(one, b"one")
    write(one, b"two", replaces=version, generation=2)
    assert read(one)[1] == b"two"


@pytest.mark.parametrize("foreign", [b"\x80\x03any.", b"x" * 500, b""])
def test_a_foreign_value_is_never_overwritten(foreign, place):
    one = repository(place)
    version = write(one, b"one")
    place.put(foreign)
    for replaces in (version, None):
        with pytest.raises(StateChanged):
            write(one, b"two", replaces=replaces, generation=2)
    assert place.get() == foreign


@pytest.mark.parametrize("secret", [None, SECRET])
def test_an_empty_value_is_a_state_that_must_not_be_used(secret, place):
    one = repository(place, secret)
    place.put(b"")
    with pytest.raises(StateUnreadable, match="it is empty, so it was truncated; roll back, or delete it to begin afresh"):
        read(one)
    with pytest.raises(StateChanged):
        write(one, b"first")
    assert place.get() == b""


def test_an_empty_value_can_be_replaced_by_who_knows_it(place):
    one = repository(place)
    place.put(b"")
    write(one, b"rolled back", replaces=one.version())
    assert read(one)[1] == b"rolled back"


def test_another_write_of_the_same_generation_is_noticed(place):
    first, second = repository(place), repository(place)
    version = write(first, b"one")
    write(second, b"theirs", replaces=version, generation=2, writer=OTHER)
    with pytest.raises(StateChanged):
        write(first, b"own", replaces=version, generation=2)
    assert read(first)[1] == b"theirs"


def test_a_first_write_fails_if_another_came_before(place):
    write(repository(place), b"one")
    with pytest.raises(StateChanged):
        write(repository(place), b"two", writer=OTHER)


@pytest.mark.parametrize("history", [1, 2, 3])
def test_the_last_generations_are_kept_and_no_more(history, place):
    one, version = repository(place, history=history), None
    for generation in range(1, 6):
        version = write(one, b"%d" % generation, replaces=version, generation=generation)
    values = [one.store.current(), *one.store.earlier()]
    assert [value.read(0, 10**6)[-33:-32] for value in values] == [b"5", b"4", b"3"][:history]


def test_one_owner_holds_the_lease_at_a_time(place):
    first, second = place.store(), place.store()
    with leading(first, "me"):
        assert first.acquire("me", 60)
        assert not second.acquire("other", 60)
    assert second.acquire("other", 60)
    second.release("other")


def test_only_its_owner_releases_a_lease(place):
    first, second = place.store(), place.store()
    with leading(first, "me"):
        second.release("other")
        assert not second.acquire("other", 60)


def test_an_owner_that_lost_the_lease_cannot_write(place):
    first, second = repository(place), repository(place)
    with leading(second.store, "other"):
        with pytest.raises(LeaseLost):
            write(first, b"one", owner="me")
        assert place.get() is None
        write(second, b"one", owner="other")


def test_an_operator_needs_no_lease(place):
    first, second = repository(place), repository(place)
    with leading(first.store, "me"):
        write(second, b"theirs", owner=None)
    assert read(first)[1] == b"theirs"


def test_an_unreadable_value_is_named_with_its_store(place):
    write(repository(place), b"one")
    with pytest.raises(StateUnreadable) as caught:
        read(repository(place, SECRET))
    where = place.store().where
    assert str(caught.value) == f"the state in {where} {NAME}: it is not signed, and PERSISTENCE_KEY is set"


def test_a_value_that_is_replaced_during_a_read_is_read_again(place):
    one = repository(place)
    version = write(one, b"one" * 10**6)
    current = one.store.current

    def replaced_meanwhile():
        stored = current()
        one.store.current = current
        write(one, b"two", replaces=version, generation=2)
        return stored

    one.store.current = replaced_meanwhile
    assert read(one)[1] == b"two"


def test_the_upload_of_a_dead_writer_does_not_hinder_the_next(place):
    def dying():
        yield envelope(b"one").pack()
        raise KeyboardInterrupt

    one = repository(place)
    with pytest.raises(KeyboardInterrupt):
        one.store.write(1000, dying(), None, None)
    assert one.version() is None
    write(one, b"two")
    assert read(one)[1] == b"two"
