"""seldon_runtime.system.busy_loop: who waits while the event loop reads many sockets."""

import sys
import threading

import pytest
from seldon_runtime.system import busy_loop
from seldon_runtime.system.busy_loop import BusyLoop
from support.waiting import eventually

MANY = 32


@pytest.fixture
def loop(monkeypatch):
    monkeypatch.setattr(busy_loop, "_LONGEST_PAUSE", 60)
    before = sys.getswitchinterval()
    made = BusyLoop()
    yield made
    made.end()
    assert sys.getswitchinterval() == pytest.approx(before)


def waits(loop):
    """Whether a thread that gives way waits, until the end of the busy time."""
    thread = threading.Thread(target=loop.give_way, daemon=True)
    thread.start()
    thread.join(0.1)
    return thread.is_alive()


def test_nobody_waits_for_an_idle_loop(loop):
    for _ in range(MANY):
        loop.note_read()
    loop.note_turn()
    assert not loop.note_clients(MANY - 1)
    assert not waits(loop)


def test_a_turn_that_reads_for_long_is_left_alone_until_it_ends(loop, monkeypatch):
    monkeypatch.setattr(busy_loop, "_LONG", -1)
    for _ in range(MANY):
        loop.note_read()
    assert not waits(loop)
    loop.note_read()
    thread = threading.Thread(target=loop.give_way, daemon=True)
    thread.start()
    assert waits(loop)
    loop.note_turn()
    eventually(lambda: not thread.is_alive(), "the thread went on")


def test_many_new_clients_are_read_first(loop):
    assert loop.note_clients(MANY)
    assert sys.getswitchinterval() < 0.001
    loop.note_turn()  # of those that had been connected before
    assert waits(loop)
    loop.note_turn()
    assert not waits(loop)


def test_new_clients_that_send_nothing_hold_nobody_up_for_ever(loop, monkeypatch):
    monkeypatch.setattr(busy_loop, "_LONGEST_PAUSE", 0)
    loop.note_clients(MANY)
    assert not waits(loop)
