"""seldon_runtime.persistence: redis_store and file_store behind a vault; what is the same in both."""

import pytest
from seldon_runtime.errors import LeaseLost, StateChanged, StateUnreadable
from stores import ME, NAME, OTHER, envelope, holding, read, repository, write

KEY = b"k" * 16


def test_an_empty_store_has_no_state(place):
    one = repository(place)
    assert (read(one), one.mark(), one.store.earlier()) == (None, None, [])


def test_a_state_is_read_back(place):
    mark = write(repository(place), b"one")
    found, state, seen = read(repository(place))
    assert (state, found.generation, found.writer, seen) == (b"one", 1, ME, mark)


def test_a_large_state_goes_there_and_back_in_pieces(place):
    large = bytes(range(256)) * 20_000
    write(repository(place, KEY), large)
    assert read(repository(place, KEY))[1] == large


def test_a_write_replaces_the_value_that_it_knows(place):
    one = repository(place)
    mark = write(one, b"one")
    write(one, b"two", after=mark, generation=2)
    assert read(one)[1] == b"two"


@pytest.mark.parametrize("foreign", [b"\x80\x03any.", b"x" * 500])
def test_a_foreign_value_is_never_overwritten(foreign, place):
    one = repository(place)
    mark = write(one, b"one")
    place.put(foreign)
    for after in (mark, None):
        with pytest.raises(StateChanged):
            write(one, b"two", after=after, generation=2)
    assert place.get() == foreign


def test_a_write_of_another_writer_with_the_same_generation_is_noticed(place):
    first, second = repository(place), repository(place)
    mark = write(first, b"one")
    write(second, b"his", after=mark, generation=2, writer=OTHER)
    with pytest.raises(StateChanged):
        write(first, b"own", after=mark, generation=2)
    assert read(first)[1] == b"his"


def test_a_first_write_finds_that_another_came_first(place):
    write(repository(place), b"one")
    with pytest.raises(StateChanged):
        write(repository(place), b"two", writer=OTHER)


@pytest.mark.parametrize("history", [1, 2, 3])
def test_the_last_generations_are_kept_and_no_more(history, place):
    one, mark = repository(place, history=history), None
    for generation in range(1, 6):
        mark = write(one, b"%d" % generation, after=mark, generation=generation)
    values = [one.store.current(), *one.store.earlier()]
    assert [value.read(0, 10**6)[-33:-32] for value in values] == [b"5", b"4", b"3"][:history]


def test_one_holds_the_lease_at_a_time(place):
    first, second = place.store(), place.store()
    with holding(first, "me"):
        assert first.hold("me", 60)
        assert not second.hold("other", 60)
    assert second.hold("other", 60)
    second.release("other")


def test_nobody_gives_back_the_lease_of_another(place):
    first, second = place.store(), place.store()
    with holding(first, "me"):
        second.release("other")
        assert not second.hold("other", 60)


def test_whoever_lost_the_lease_does_not_write(place):
    first, second = repository(place), repository(place)
    with holding(second.store, "other"):
        with pytest.raises(LeaseLost):
            write(first, b"one", owner="me")
        assert place.get() is None
        write(second, b"one", owner="other")


def test_an_operator_needs_no_lease(place):
    first, second = repository(place), repository(place)
    with holding(first.store, "me"):
        write(second, b"his", owner=None)
    assert read(first)[1] == b"his"


def test_an_unreadable_value_is_named_with_its_place(place):
    write(repository(place), b"one")
    with pytest.raises(StateUnreadable) as caught:
        read(repository(place, KEY))
    where = place.store().where
    assert str(caught.value) == f"the state in {where} {NAME}: it is not signed, and PERSISTENCE_KEY is set"


def test_a_value_that_is_replaced_while_it_is_read_is_read_again(place):
    one = repository(place)
    mark = write(one, b"one" * 10**6)
    current = one.store.current

    def replaced_meanwhile():
        stored = current()
        one.store.current = current
        write(one, b"two", after=mark, generation=2)
        return stored

    one.store.current = replaced_meanwhile
    assert read(one)[1] == b"two"


def test_what_a_writer_that_died_has_left_hinders_nobody(place):
    def dying():
        yield envelope(b"one").pack()
        raise KeyboardInterrupt

    one = repository(place)
    with pytest.raises(KeyboardInterrupt):
        one.store.write(1000, dying(), None, None)
    assert one.mark() is None
    write(one, b"two")
    assert read(one)[1] == b"two"
