"""The real server under a simulation's requests. How fast this machine is matters to no assertion."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from bench.simulation import check
from bench.simulation.check import POINTS, Point, measure
from bench.simulation.replica import Replica, Simulation
from bench.simulation.traffic import Traffic

SENT, WORKERS, WAITING = 30, 2, 5


def test_of_requests_at_once_the_real_server_refuses_no_more_than_the_simulated_one():
    """All at the same moment is the worst case: the later a request comes, the more have been answered before."""
    replica, schedule = Replica(WORKERS, max_waiting=WAITING), [(0.0, 0.2)] * SENT
    simulated = Counter(request.outcome for request in Simulation(replica).run(schedule))
    assert simulated == {"answered": WORKERS + WAITING, "refused": SENT - WORKERS - WAITING}
    overhead, measured = measure(Point("at once", replica, Traffic(1, 0.001)), schedule)
    assert overhead > 0
    outcomes = Counter(request.outcome for request in measured)
    assert outcomes["answered"] + outcomes["refused"] == SENT
    assert outcomes["refused"] <= simulated["refused"]
    assert all(request.ended - request.at >= 0.2 for request in measured if request.outcome == "answered")


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_point_has_the_settings_of_its_replica(point):
    replica, environment = point.replica, point.server().environment
    assert int(environment["MODEL_WORKERS"]) == replica.workers
    assert int(environment["MAX_WAITING"]) == replica.max_waiting
    assert int(environment["BATCH_MAX_SIZE"]) == replica.batch_max_size
    assert float(environment["BATCH_MAX_DELAY_MS"]) == replica.batch_max_delay * 1000
    assert environment.get("REST_TIMEOUT_MS") == (f"{replica.timeout * 1000:.0f}" if replica.timeout else None)


def test_the_points_have_refusals_timeouts_and_batches():
    assert len({(bool(p.replica.timeout), p.replica.is_batching, p.replica.max_waiting < 1024) for p in POINTS}) == 3


def test_a_comparison_simulates_with_the_overhead_that_was_measured(monkeypatch):
    point = Point("short", Replica(), Traffic(20, 0.01, seconds=1))

    def measured(point, schedule):
        return 0.09, Simulation(replace(point.replica, overhead=0.09)).run(schedule)

    monkeypatch.setattr(check, "measure", measured)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in check.compare([point]).splitlines()[2:]]
    assert [row[:2] for row in rows] == [["short; overhead 90.0 ms", "simulated"], ["", "measured"]]
    assert rows[0][2:] == rows[1][2:]
    assert rows[0][2] == str(len(point.traffic.requests()))
    assert float(rows[0][3]) >= 100
