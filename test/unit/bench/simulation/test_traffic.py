"""The simulated traffic: how often requests come, and how long their calls take."""

from __future__ import annotations

import statistics

import pytest

from bench.simulation.traffic import Traffic

CALL = 0.01  # seconds


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
