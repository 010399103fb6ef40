"""The simulation of a replica: against formulas of queueing theory, against the server's own queues, and its report."""

from __future__ import annotations

import dataclasses
import math
import random
import statistics
from typing import Any

import numpy as np
import pytest
from seldon_component.payload import REST, Payload
from seldon_runtime.messages import Request as RealRequest
from seldon_runtime.model import batching, request_queue
from seldon_runtime.model.batching import BatchingQueue as RealBatchingQueue
from seldon_runtime.model.request_queue import QueuedRequest, RequestQueue
from seldon_runtime.model.separate import window

from bench.errors import BenchError
from bench.simulation.__main__ import main, report
from bench.simulation.figures import figures_of
from bench.simulation.options import Options, read_options
from bench.simulation.queues import BatchingQueue, Queue, Request
from bench.simulation.replica import Replica, Simulation
from bench.simulation.traffic import Traffic

CALL = 0.01  # seconds


def run(replica, arrivals):
    return Simulation(replica).run(arrivals)


def some(replica, rate, cv):
    """30,000 requests: of three seeds, so that no single one matters much."""
    traffic = Traffic(rate, CALL, cv=cv, seconds=10_000 / rate)
    return [request for seed in (1, 2, 3) for request in run(replica, dataclasses.replace(traffic, seed=seed).requests())]


def mean_wait(replica, rate, cv):
    """Seconds from the arrival of a request to the begin of its call."""
    return statistics.fmean(request.ended - request.at - request.seconds for request in some(replica, rate, cv))


def erlang_c(workers, load):
    """The chance that a request waits, with Poisson arrivals and exponential calls."""
    all_busy = load**workers / math.factorial(workers) * workers / (workers - load)
    return all_busy / (sum(load**k / math.factorial(k) for k in range(workers)) + all_busy)


@pytest.mark.parametrize("load", [0.5, 0.7])
def test_one_worker_with_equal_calls_has_the_wait_of_m_d_1(load):
    assert mean_wait(Replica(), load / CALL, cv=0) == pytest.approx(load * CALL / (2 * (1 - load)), rel=0.1)


@pytest.mark.parametrize(("workers", "load"), [(1, 0.5), (2, 1.2), (4, 2.4)])
def test_workers_with_exponential_calls_have_the_wait_of_m_m_c(workers, load):
    expected = erlang_c(workers, load) * CALL / (workers - load)
    assert mean_wait(Replica(workers), load / CALL, cv=1) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("load", [0.9, 1.3])
def test_the_part_that_is_refused_is_that_of_m_m_1_k(load):
    places = 5  # four wait, one is at work
    figures = figures_of(some(Replica(max_waiting=places - 1), load / CALL, cv=1))
    assert figures.refused == pytest.approx((1 - load) * load**places / (1 - load ** (places + 1)), rel=0.1)


def test_the_mean_number_of_requests_is_the_rate_times_their_time():
    """Little's law, from the areas under both curves."""
    requests = run(Replica(2), Traffic(140, CALL, cv=1, seconds=60).requests())
    changes = sorted([(request.at, 1) for request in requests] + [(request.ended, -1) for request in requests])
    area, inside = 0.0, 0
    for (at, change), (until, _) in zip(changes, changes[1:], strict=False):
        inside += change
        area += inside * (until - at)
    times = [request.ended - request.at for request in requests]
    assert area == pytest.approx(len(times) * statistics.fmean(times))


ALL = [
    Replica(1, 20), Replica(2, 20), Replica(1, 20, timeout=0.1), Replica(2, 1024, timeout=0.1), Replica(1, 20, 8, row=0.002),
    Replica(2, 20, 8, 0.005, 0.1, row=0.002, overhead=0.001),
]  # fmt: skip


@pytest.mark.parametrize("replica", ALL, ids=str)
def test_every_request_has_one_outcome_and_no_response_before_its_call_could_end(replica):
    arrivals = Traffic(60, CALL, burst=4, burst_every=5, cv=0.5, seconds=30).requests()
    requests = run(replica, arrivals)
    assert [(request.at, request.seconds) for request in requests] == arrivals
    assert {request.outcome for request in requests} <= {"answered", "refused", "timed out"}
    for request in requests:
        if request.outcome == "refused":
            assert request.ended == request.at
        elif request.outcome == "timed out":
            assert request.ended == pytest.approx(request.at + replica.timeout)
        elif not replica.is_batching:
            assert request.ended - request.at >= request.seconds - 1e-9


@pytest.mark.parametrize("replica", ALL, ids=str)
def test_the_same_seed_has_the_same_outcomes(replica):
    first, second = (run(replica, Traffic(200, CALL, cv=1, seconds=10).requests()) for _ in range(2))
    assert [(one.ended, one.outcome) for one in first] == [(one.ended, one.outcome) for one in second]
    assert Traffic(200, CALL, seed=1).requests() != Traffic(200, CALL, seed=2).requests()


@pytest.mark.parametrize("workers", [1, 2])
def test_of_requests_at_once_as_many_are_answered_as_work_and_wait(workers):
    requests = run(Replica(workers, max_waiting=5), [(0.0, CALL)] * 20)
    assert [request.outcome for request in requests] == ["answered"] * (workers + 5) + ["refused"] * (15 - workers)


def test_the_newest_goes_first_while_clients_give_up():
    """The second client gives up at 1.5, the worker is free at 2. With two workers no request is given ahead."""
    arrivals = [(0.0, 2.0), (0.0, 2.0), (0.5, 0.1), (1.6, 0.1), (1.7, 0.1)]
    requests = run(Replica(2, timeout=1.0), arrivals)
    assert [request.outcome for request in requests] == ["timed out"] * 3 + ["answered"] * 2
    assert requests[4].ended == requests[3].ended  # both workers turn free at once; neither waits for the third


def test_of_two_that_wait_the_newer_one_goes_first_while_clients_give_up():
    requests = run(Replica(2, timeout=1.0), [(0.0, 2.0), (0.0, 9.0), (1.6, 0.1), (1.7, 0.1)])
    assert [request.ended for request in requests[2:]] == pytest.approx([2.2, 2.1])


def test_a_batch_takes_what_came_while_the_class_worked():
    arrivals = [(0.0, 1.0)] + [(0.1 * n, 1.0) for n in range(1, 7)]
    requests = run(Replica(batch_max_size=4, row=0.5), arrivals)
    assert [request.ended for request in requests] == pytest.approx([1.0] + [3.5] * 4 + [5.0] * 2)  # 1 + 3 x 0.5, 1 + 0.5


def test_a_batch_is_held_back_for_its_delay_and_goes_when_it_is_full():
    waits = run(Replica(batch_max_size=3, batch_max_delay=2.0), [(0.0, 1.0), (0.5, 1.0), (1.5, 1.0)])
    assert [request.ended for request in waits] == pytest.approx([1.0, 3.5, 3.5])  # due at 2.5
    full = run(Replica(batch_max_size=3, batch_max_delay=2.0), [(0.0, 1.0), (0.5, 1.0), (1.5, 1.0), (1.6, 1.0)])
    assert [request.ended for request in full] == pytest.approx([1.0, 2.6, 2.6, 2.6])


class Clock:
    """The `time` of the server's modules."""

    now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    for module in (request_queue, batching, window):
        monkeypatch.setattr(module, "time", clock)
    return clock


class RealQueue:
    """One of the server's own queues, with the methods of a simulated one."""

    def __init__(self, queue):
        self._queue, self._requests = queue, {}
        queue.describe_component({"batches": [REST]})

    def __len__(self):
        return len(self._queue)

    def put(self, request, now, idle):
        payload = Payload("tensor", np.zeros((1, 1)))
        queued = QueuedRequest(RealRequest("predict", payload, REST), lambda *_: None)
        self._requests[id(payload)] = request, queued
        return self._queue.put(queued, lambda: idle)

    def take(self, now):
        taken = self._queue.take()
        contents: Any = [] if taken is None else taken.request.content
        return [self._requests[id(one)][0] for one in (contents if isinstance(contents, list) else [contents])]

    def abandon(self, request, now):
        [queued] = [queued for known, queued in self._requests.values() if known is request]
        self._queue.abandon(queued)


def queues(kind):
    if kind == "plain":
        return Queue(), RealQueue(RequestQueue())
    delay = {"batches": 0.0, "held back": 0.05}[kind]
    return BatchingQueue(4, delay), RealQueue(RealBatchingQueue(4, delay))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["plain", "batches", "held back"])
def test_a_simulated_queue_hands_out_what_the_servers_own_does(kind, seed, clock):
    simulated, real = queues(kind)
    chance, waiting = random.Random(seed), []
    for _ in range(400):
        clock.now += chance.choice([0.0, 0.01, 0.1, 3.0 if chance.random() < 0.02 else 0.0])
        action = chance.choices(["put", "take", "abandon"], [10, 5, 1])[0]
        if action == "put":
            waiting.append(Request(clock.now, 0.0))
            idle = chance.random() < 0.3
            assert simulated.put(waiting[-1], clock.now, idle) == real.put(waiting[-1], clock.now, idle)
        elif action == "take":
            taken = simulated.take(clock.now)
            assert taken == real.take(clock.now)
            waiting = [one for one in waiting if one not in taken]
        elif waiting:
            gone = waiting.pop(chance.randrange(len(waiting)))
            simulated.abandon(gone, clock.now)
            real.abandon(gone, clock.now)
        assert len(simulated) == len(real) == len(waiting)


@pytest.mark.parametrize("most", [1, 3, 16])
@pytest.mark.parametrize("seconds", [0.0005, 0.004, 0.05])
def test_a_simulated_worker_is_given_as_many_requests_ahead_as_a_real_one(most, seconds, clock):
    real, simulation = window.Window(most), Simulation(Replica(max_waiting=most - 1))
    [worker] = simulation._workers
    for _ in range(12):
        while real.has_room:
            assert worker.has_room
            real.give(100)
            simulation._give(worker, [Request(0.0, seconds)])
        assert not worker.has_room
        clock.now += seconds
        real.answer(100)
        simulation._run_until(simulation._events[0][0])


def test_bursts_raise_the_rate_for_their_time():
    traffic = Traffic(100, CALL, burst=5, burst_seconds=2, burst_every=10, seconds=200)
    times = [at % 10 for at, _ in traffic.requests()]
    assert sum(at < 2 for at in times) / 40 == pytest.approx(500, rel=0.05)
    assert sum(at >= 2 for at in times) / 160 == pytest.approx(100, rel=0.05)
    assert len(times) / 200 == pytest.approx(180, rel=0.05)


@pytest.mark.parametrize("cv", [0, 0.5, 1, 2])
def test_calls_have_their_mean_and_their_spread(cv):
    seconds = [service for _, service in Traffic(100, CALL, cv=cv, seconds=300).requests()]
    assert statistics.fmean(seconds) == pytest.approx(CALL, rel=0.05)
    assert statistics.pstdev(seconds) == pytest.approx(cv * CALL, rel=0.05)


def test_figures_count_the_times_of_answered_requests_alone():
    requests = [Request(0.0, 0.0, n / 1000, "answered") for n in range(101)]
    requests += [Request(0.0, 0.0, 9.0, "timed out"), *[Request(0.0, 0.0, 0.0, "refused")] * 3]
    figures = figures_of(requests)
    assert [figures.count, figures.p50, figures.p99] == pytest.approx([105, 50, 99])
    assert [figures.refused, figures.timed_out, figures.lost] == pytest.approx([3 / 105, 1 / 105, 4 / 105])
    assert figures.cells() == ["50", "99", "2.9%", "1.0%"]


def test_without_any_response_no_limit_is_kept():
    assert figures_of([Request(0.0, 0.0, 0.0, "refused")]).p99 == math.inf


def rows(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")][2:]


def test_the_cheapest_setting_that_holds_is_the_first_of_the_table():
    text = report(Options(seconds=20))
    holding = [row for row in rows(text) if row[-1] == "yes"]
    assert holding and all(float(row[6]) <= 250 for row in holding)
    assert [int(row[0]) for row in rows(text)] == sorted(int(row[0]) for row in rows(text))
    names = ("MODEL_WORKERS", "BATCH_MAX_SIZE", "BATCH_MAX_DELAY_MS", "MAX_WAITING")
    words = (f"{name}={number}" for name, number in zip(names, holding[0], strict=False))
    assert text.endswith(f"The cheapest that holds: {' '.join(words)}")


def test_if_none_holds_the_report_says_what_to_allow():
    text = report(Options(p99_ms=21, workers=(1,), batch=(1,), seconds=5))
    assert text.endswith("Allow more WORKERS, a larger P99_MS, or a lower RATE for each replica.")


def test_each_setting_is_tried_with_the_limits_of_the_rule_and_of_the_default():
    """operations.md: (the client's timeout - the time of a call) x MODEL_WORKERS / the time of a call."""
    options = Options(service_ms=50, row_ms=10, overhead_ms=0, p99_ms=2000, workers=(1, 4), batch=(1, 6), delay_ms=(0, 5))
    tried = [(one.workers, one.batch_max_size, one.batch_max_delay, one.max_waiting) for one in options.replicas()]
    assert tried[:6] == [(1, 1, 0, 19), (1, 1, 0, 39), (1, 1, 0, 1024), (1, 6, 0, 57), (1, 6, 0, 114), (1, 6, 0, 1024)]
    assert tried[6] == (1, 6, 0.005, 57)
    assert (4, 1, 0, 156) in tried


def test_options_are_read_from_words():
    options = read_options(["RATE=12.5", "WORKERS=1 3", "DELAY_MS=0 2.5", "MAX_WAITING=7", "LOST=0"])
    assert (options.rate, options.workers, options.delay_ms, options.max_waiting) == (12.5, (1, 3), (0, 2.5), (7,))
    assert (options.lost, options.seed) == (0, 1)


@pytest.mark.parametrize(("word", "message"), [
    ("RTAE=1", "RTAE: expected one of RATE, BURST, "),
    ("RATE=0", "RATE: expected a number above 0, found '0'; correct it"),
    ("RATE=fast", "RATE: expected a number above 0, found 'fast'; correct it"),
    ("RATE=1 2", "RATE: expected a number above 0, found '1 2'; correct it"),
    ("RATE=nan", "RATE: expected a number above 0, found 'nan'; correct it"),
    ("TIMEOUT_MS=-1", "TIMEOUT_MS: expected a number from 0 on, found '-1'; correct it"),
    ("WORKERS=1 0", "WORKERS: expected whole numbers with spaces between them above 0, found '1 0'; correct it"),
    ("BATCH=", "BATCH: expected whole numbers with spaces between them above 0, found ''; correct it"),
])
def test_a_word_that_cannot_be_used_is_named(word, message, capsys):
    with pytest.raises(BenchError) as error:
        read_options([word])
    assert str(error.value).startswith(message)
    assert main([word]) == 1
    assert capsys.readouterr().err.startswith(f"make simulate: {message}")
