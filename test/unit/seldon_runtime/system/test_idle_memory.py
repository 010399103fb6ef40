"""seldon_runtime.system.idle_memory: what large messages needed is given back once no more of them come."""

import threading

import pytest
from seldon_component import compat
from seldon_runtime.system.idle_memory import IdleMemory
from seldon_runtime.system.timer import Timer
from support.waiting import eventually

NEVER = 3600.0


@pytest.fixture
def released(monkeypatch):
    """A list with one element for each time."""
    found: list[str] = []
    monkeypatch.setattr(compat, "return_free_memory", lambda: found.append("memory"))
    return found


def test_memory_is_given_back_after_each_large_message(released):
    memory = IdleMemory(Timer(), 0.0)
    memory.note_large_message()
    eventually(lambda: released == ["memory"], "the memory was given back")
    memory.note_large_message()
    eventually(lambda: released == ["memory"] * 2, "the memory was given back again")


def test_nothing_is_given_back_while_large_messages_come(released):
    begun, timer = threading.Event(), Timer()
    memory = IdleMemory(timer, NEVER)
    memory.note_large_message()
    memory.note_large_message()
    timer.at(0.0, begun.set)
    assert begun.wait(60) and released == []


def test_memory_is_given_back_only_when_the_last_message_is_long_enough_ago(released, monkeypatch):
    """The clock of the test: a second message comes while the first one's time runs."""
    calls, now = [], [100.0]
    monkeypatch.setattr("seldon_runtime.system.idle_memory.time.monotonic", lambda: now[0])

    class Recorded(Timer):
        def at(self, when, call):
            calls.append((when, call))

    memory = IdleMemory(Recorded(), 1.0)
    for now[0] in (100.0, 100.5):
        memory.note_large_message()
    assert [when for when, _ in calls] == [101.0]
    now[0] = 101.0
    calls.pop()[1]()
    assert ([when for when, _ in calls], released) == ([101.5], [])
    now[0] = 101.5
    calls.pop()[1]()
    assert (calls, released) == ([], ["memory"])
