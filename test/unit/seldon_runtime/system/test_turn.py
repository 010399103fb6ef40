"""seldon_runtime.system.turn: what is put off, and until when."""

import threading
import time

import pytest
from seldon_runtime.system.turn import Turn


@pytest.fixture
def called(monkeypatch):
    """The names of the calls so far. The time stands still."""
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    return []


def test_a_call_outside_of_a_turn_happens_at_once(called):
    Turn().at_end(lambda: called.append("a"))
    assert called == ["a"]


def test_calls_of_a_turn_happen_once_at_its_end_in_their_order(called):
    turn, first, second = Turn(), lambda: called.append("a"), lambda: called.append("b")
    with turn:
        for call in (first, second, first):
            turn.at_end(call)
        assert called == []
    assert called == ["a", "b"]
    turn.at_end(second)
    assert called == ["a", "b", "b"]


def test_a_long_turn_keeps_no_call_waiting(called, monkeypatch):
    turn, call = Turn(), lambda: called.append("a")
    with turn:
        turn.at_end(call)
        monkeypatch.setattr(time, "monotonic", lambda: 0.001)
        turn.at_end(lambda: called.append("b"))
        assert called == ["a", "b"]
        turn.at_end(call)
        assert called == ["a", "b"]
    assert called == ["a", "b", "a"]


def test_a_turn_is_that_of_one_thread(called):
    turn = Turn()
    with turn:
        thread = threading.Thread(target=turn.at_end, args=(lambda: called.append("a"),))
        thread.start()
        thread.join()
        assert called == ["a"]


def test_a_turn_that_fails_makes_its_calls(called):
    turn = Turn()
    with pytest.raises(ValueError, match="x"), turn:
        turn.at_end(lambda: called.append("a"))
        raise ValueError("x")
    assert called == ["a"]
