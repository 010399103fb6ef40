"""The report of the simulation: the figures of each setting, and the cheapest setting that holds."""

from __future__ import annotations

import math

import pytest

from bench.simulation.__main__ import report
from bench.simulation.figures import figures_of
from bench.simulation.options import Options
from bench.simulation.queues import Request


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
