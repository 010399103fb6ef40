"""seldon_runtime.operations.event_queue: what is on its way to the sink."""

import pytest
from seldon_runtime.operations.event_queue import Event, EventQueue
from seldon_runtime.system.idle_memory import LARGE, idle_memory
from support.event_sink import EventSink
from support.waiting import eventually


@pytest.mark.parametrize(("size", "times"), [(10, 0), (LARGE, 1)])
def test_memory_is_given_back_once_the_sink_has_taken_a_large_event(size, times, monkeypatch):
    """The response may have gone long before."""
    found = []
    monkeypatch.setattr(idle_memory, "note_large_message", lambda: found.append("large"))
    with EventSink() as sink:
        sink.gate.clear()
        queue = EventQueue(sink.url, 1, 2 * LARGE, LARGE)
        queue.put(Event((), b"x" * size, ""))
        eventually(lambda: sink.events, "the sink has it")
        assert found == []
        sink.gate.set()
        queue.flush(60)
    assert (queue.sent, found) == (1, ["large"] * times)
