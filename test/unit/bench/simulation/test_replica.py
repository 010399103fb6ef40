"""The simulation of a replica, against formulas of queueing theory and in cases that can be counted by hand."""

from __future__ import annotations

import dataclasses
import math
import statistics

import pytest

from bench.simulation.figures import figures_of
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
