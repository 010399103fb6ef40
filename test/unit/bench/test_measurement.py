"""Starts real servers. The load is not real, so that it takes no time."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from bench import measurement, memory, servers
from bench.cases import Case, Repetitions
from bench.load import Load
from bench.measurement import under_load
from bench.payloads import SMALL

TWO = (servers.STATIC, replace(servers.STATIC, name="other"))
CASES = [Case(name, SMALL, 1, TWO, ("rate", "memory")) for name in ("first", "second")]


@pytest.fixture
def samples(monkeypatch):
    """Of each (case, measure): three rounds in two starts. A rate is the number of the load, and memory is the pid."""
    loads = itertools.count(1)
    monkeypatch.setattr(measurement, "wrk", lambda *_: Load(float(next(loads)), p50=1.0, p99=1.0, requests=1))
    monkeypatch.setattr(memory, "megabytes", lambda pid: pid)
    results = under_load(CASES, Repetitions(rounds=3, seconds=1), starts=2)
    return {(result.case, result.measure): result.samples for result in results}


def test_a_server_starts_again_for_its_last_rounds(samples):
    for started in samples["first", "memory"].values():
        assert started[0] == started[1] != started[2]
    assert samples["first", "memory"] == samples["second", "memory"]  # cases of the same servers share the starts


def test_the_servers_take_turns_in_each_round_after_a_warm_up_in_each_start(samples):
    assert samples["first", "rate"] == {"static": [5, 7, 21], "other": [6, 8, 22]}
    assert samples["second", "rate"] == {"static": [13, 15, 27], "other": [14, 16, 28]}


@pytest.mark.parametrize(("rounds", "starts", "divided"), [
    (5, 1, [5]), (5, 3, [2, 2, 1]), (6, 3, [2, 2, 2]), (2, 3, [1, 1]),
])
def test_more_starts_make_no_more_rounds(rounds, starts, divided):
    shares = Repetitions(rounds, 2.0).divided(starts)
    assert [(share.rounds, share.seconds) for share in shares] == [(count, 2.0) for count in divided]
