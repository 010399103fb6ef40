"""seldon_runtime.model.separate.window: a process is given what keeps it busy, and no more."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from seldon_component.payload import Payload
from seldon_runtime.model.separate.window import Window
from support.obeying_models import ready, say
from support.stub_model import ask
from support.waiting import eventually

MOST = 16


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("seldon_runtime.model.separate.window.time.monotonic", lambda: now[0])
    return now


def fill(window, size=100):
    """Give it requests until it has no room; how many those were."""
    count = 0
    while window.has_room:
        window.give(size)
        count += 1
    return count


def serve(window, clock, seconds, count):
    """Have it answer `count` requests that take `seconds` each, while more of them wait."""
    for _ in range(count):
        fill(window)
        clock[0] += seconds
        window.answer(100)


def room_after(clock, seconds, most=MOST):
    window = Window(most)
    serve(window, clock, seconds, 30)
    while window._given > window._answered:
        window.answer(100)
        clock[0] += seconds
    return fill(window)


@pytest.mark.parametrize(("seconds", "requests"), [(0.0001, 16), (0.0021, 9), (0.005, 4), (0.05, 2), (2.0, 2)])
def test_it_is_given_about_20_ms_of_work_at_a_time(clock, seconds, requests):
    assert room_after(clock, seconds) == pytest.approx(requests, abs=1)


def test_one_at_a_time_stays_one_at_a_time(clock):
    assert room_after(clock, 0.0001, most=1) == 1


def test_a_new_process_is_given_two_at_a_time(clock):
    assert fill(Window(MOST)) == 2


def test_the_time_without_a_request_does_not_count(clock):
    window = Window(MOST)
    serve(window, clock, 0.0001, 30)
    while window._given > window._answered:
        window.answer(100)
    clock[0] += 3600
    serve(window, clock, 0.0001, 1)
    assert window._size == MOST


def test_a_class_that_turns_slow_soon_gets_less(clock):
    window = Window(MOST)
    serve(window, clock, 0.0001, 30)
    serve(window, clock, 0.2, MOST + 1)
    assert window._size == 2


def test_requests_of_many_bytes_are_fewer(clock):
    window = Window(MOST)
    serve(window, clock, 0.0001, 30)
    while window._given > window._answered:
        window.answer(100)
    assert fill(window, 50_000) == 3


def test_requests_have_numbers_that_begin_at_one(clock):
    window = Window(MOST)
    assert [window.give(1), window.give(1)] == [1, 2]


@pytest.mark.parametrize(("size", "ahead"), [(1, 15), (65_536, 2), (8_388_608, 1)])
def test_a_process_of_a_fast_class_is_given_no_more_than_keeps_it_busy(size, ahead, tmp_path, monkeypatch):
    """16 requests with the one that it works on, or fewer by their bytes. All others wait in the queue."""
    monkeypatch.setattr("seldon_runtime.model.separate.window._LEAST", MOST)
    with ready("separate", tmp_path) as (model, _), ThreadPoolExecutor(20) as threads:
        holding = threads.submit(say, model, "hold it")
        eventually((tmp_path / "it.begun").exists, "the call had begun")
        process = model._workers[0].process
        for _ in range(19):
            threads.submit(ask, model, "predict", Payload("strData", "count " + "x" * size))
        try:
            eventually(lambda: model.waiting == 19, "all requests waited")
            assert process.waiting == ahead
        finally:
            (tmp_path / "it").touch()
        holding.result(60)
