"""Medians, ratios, targets, and how the tables and the chart say them."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from bench import cases, chart, report, servers, table
from bench.results import Result
from bench.targets import TARGETS, Target, target_of

SMALL = Result("REST small, 16 connections", "rate", {
    "static": [40_000.0, 40_000.0, 40_000.0],
    "separate": [19_000.0, 20_000.0, 22_000.0],
    "inline": [30_000.0, 31_000.0, 90_000.0],
    "seldon-core": [1_600.0, 1_500.0, 1_700.0],
})
LATENCY = Result("REST small, 1 connection", "p50", {"separate": [0.2], "seldon-core": [0.5]})


def test_a_ratio_is_that_of_the_medians():
    assert SMALL.ratio("inline", "static") == 31 / 40


def test_a_spread_is_half_the_range_as_a_part_of_the_median():
    assert SMALL.spread("separate") == 0.075


@pytest.mark.parametrize(("result", "server", "peer", "holds"), [
    (SMALL, "separate", "seldon-core", True),   # 12.5 where more is better: >= 10
    (SMALL, "inline", "seldon-core", False),    # 19.4: >= 20
    (SMALL, "separate", "static", True),        # 0.5: >= 0.5
    (LATENCY, "separate", "seldon-core", False),  # 0.4 where less is better: <= 0.3
])
def test_a_target_is_a_bound_for_a_ratio(result, server, peer, holds):
    assert target_of(result, server, peer).holds(result) is holds


def test_a_ratio_without_a_target_has_none():
    assert target_of(LATENCY, "separate", "static") is None


def measured():
    """(case, measure, names of its servers) of everything that is measured."""
    for case in (*cases.REST, *cases.GRPC):
        yield from ((case.name, measure, {server.name for server in case.servers}) for measure in case.measures)
    yield cases.COLD_START, "start", {server.name for server in servers.STARTING}


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: f"{t.case}, {t.measure}, {t.server} to {t.peer}")
def test_every_target_is_measured(target: Target):
    assert [case for case, measure, names in measured()
            if (case, measure) == (target.case, target.measure) and {target.server, target.peer} <= names]


@pytest.mark.parametrize("name", ["digits, 1 row, 16 connections", "digits, 64 rows, 16 connections"])
def test_both_engines_are_measured_beside_a_peer_with_onnx_runtime(name):
    assert [names for case, measure, names in measured() if (case, measure) == (name, "rate")] == [
        {"nGraph", "ONNX Runtime", "KServe"}
    ]


def test_the_table_says_of_each_way_of_ours_how_it_compares_and_whether_its_target_holds():
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.comparisons([SMALL]).splitlines()]
    case = "REST small, 16 connections: answers a second"
    assert rows[2:] == [
        [case, "separate", "20,000 ± 8%", "0.50 x 40,000; >= 0.5 holds", "12.50 x 1,600; >= 10 holds", "", ""],
        [case, "inline", "31,000 ± 97%", "0.78 x 40,000; >= 0.9 MISSED", "19.38 x 1,600; >= 20 MISSED", "", ""],
    ]


def test_the_table_of_costs_says_the_time_of_a_byte():
    result = Result("REST, 500 values", "p50", {"separate": [0.25], "inline": [0.125]}, asked=10_000)
    last = table.costs([result]).splitlines()[-1]
    assert [cell.strip() for cell in last.strip("|").split("|")] == ["REST, 500 values", "10,000", "0.25", "25", "0.125", "12.5"]


def test_the_chart_has_a_bar_for_each_server_as_long_as_its_figure_and_a_limit_beyond_them_fades_out():
    bars = ElementTree.fromstring(chart.svg([SMALL, LATENCY])).findall(".//{*}rect")
    widths = [float(bar.get("width")) for bar in bars]
    # seldon-core, separate, inline, the limit
    assert [round(width / widths[2], 2) for width in widths] == [0.05, 0.65, 1, 1]
    assert [bar.get("class") for bar in bars] == ["peer", "ours", "ours", "beyond"]


def test_what_is_written_has_the_table_the_chart_and_the_samples(tmp_path):
    report.write([SMALL], tmp_path)
    assert table.comparisons([SMALL]) in (tmp_path / "tables.md").read_text(encoding="utf-8")
    assert (tmp_path / "chart.svg").read_text(encoding="utf-8") == chart.svg([SMALL])
    written = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["results"]
    assert [one["servers"]["separate"]["samples"] for one in written] == [[19_000, 20_000, 22_000]]
