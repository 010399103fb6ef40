"""Medians, ratios and targets, and the tables and the chart with them."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from bench import cases, chart, report, servers, table, walk_cost
from bench.results import Result
from bench.targets import TARGETS, Target, no_loss, target_of

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
    target = target_of(result, server, peer)
    assert target is not None
    assert target.holds(result) is holds


def test_a_ratio_without_a_target_has_none():
    assert target_of(LATENCY, "separate", "static") is None


def measured():
    """(case, measure, names of its servers) of everything that is measured."""
    for case in (*cases.REST, *cases.GRPC, *cases.V2, *cases.WORKERS, *cases.GRAPH):
        yield from ((case.name, measure, {server.name for server in case.servers}) for measure in case.measures)
    yield walk_cost.CASE, "walk", {walk_cost.SERVER, "allowed"}
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


def test_the_table_has_the_ratios_and_targets_of_each_of_our_servers():
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.comparisons([SMALL]).splitlines()]
    case = "REST small, 16 connections: requests a second"
    assert rows[2:] == [
        [case, "separate", "20,000 ± 8%", "0.50 x 40,000; >= 0.5 holds", "12.50 x 1,600; >= 10 holds", "", ""],
        [case, "inline", "31,000 ± 97%", "0.78 x 40,000; >= 0.9 MISSED", "19.38 x 1,600; >= 20 MISSED", "", ""],
    ]


def test_the_table_of_costs_has_the_time_of_a_byte():
    result = Result("REST, 500 values", "p50", {"separate": [0.25], "inline": [0.125]}, request_bytes=10_000)
    last = table.costs([result]).splitlines()[-1]
    assert [cell.strip() for cell in last.strip("|").split("|")] == ["REST, 500 values", "10,000", "0.25", "25", "0.125", "12.5"]


def test_the_bars_are_as_long_as_the_figures_and_a_longer_limit_fades_out():
    bars = ElementTree.fromstring(chart.svg([SMALL, LATENCY])).findall(".//{*}rect")
    widths = [float(bar.attrib["width"]) for bar in bars]
    # seldon-core, separate, inline, the limit
    assert [round(width / widths[2], 2) for width in widths] == [0.05, 0.65, 1, 1]
    assert [bar.get("class") for bar in bars] == ["peer", "ours", "ours", "beyond"]


def test_the_report_has_the_table_the_chart_and_the_samples(tmp_path):
    report.write([SMALL], tmp_path)
    assert table.comparisons([SMALL]) in (tmp_path / "tables.md").read_text(encoding="utf-8")
    assert (tmp_path / "chart.svg").read_text(encoding="utf-8") == chart.svg([SMALL])
    written = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["results"]
    assert [one["servers"]["separate"]["samples"] for one in written] == [[19_000, 20_000, 22_000]]


BESIDE = [
    Result("REST small, 16 connections", "rate", {"separate": [970.0], "separate, baseline": [1000.0], "inline": [960.0],
                                                  "inline, baseline": [1000.0]}),
    Result("REST small, 1 connection", "p50", {"separate": [1.04], "separate, baseline": [1.0], "inline": [1.02],
                                               "inline, baseline": [1.0]}),
]


def test_the_table_against_a_baseline_names_each_loss_of_more_than_3_percent():
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.against_baseline(BESIDE).splitlines()]
    rate, p50 = "REST small, 16 connections: requests a second", "REST small, 1 connection: ms, median"
    assert rows[2:] == [
        [rate, "separate", "970 ± 0%", "1,000 ± 0%", "0.970; >= 0.97 holds"],
        [rate, "inline", "960 ± 0%", "1,000 ± 0%", "0.960; >= 0.97 MISSED"],
        [p50, "separate", "1.04 ± 0%", "1 ± 0%", "1.040; <= 1.03 MISSED"],
        [p50, "inline", "1.02 ± 0%", "1 ± 0%", "1.020; <= 1.03 holds"],
    ]


def test_the_report_against_a_baseline_has_the_gain_of_workers(tmp_path, capsys):
    name = "5 ms of computing, 2 cores, 16 connections"
    servers = ("one worker", "one worker, baseline", "MODEL_WORKERS=2", "MODEL_WORKERS=2, baseline")
    result = Result(name, "rate", {server: [100.0 * count] for server, count in zip(servers, (1, 1, 1.9, 1.7), strict=True)})
    report.write_against_baseline([*BESIDE, result], tmp_path)
    last = capsys.readouterr().out.rstrip("\n").splitlines()[-1]
    assert [cell.strip() for cell in last.strip("|").split("|")] == [
        f"{name}: requests a second", "MODEL_WORKERS=2", "190 ± 0%", "1.90 x 100; >= 1.8 holds", "", "", ""]


def test_a_loss_depends_on_which_figure_is_the_better_one():
    assert no_loss(BESIDE[0], "separate", "separate, baseline").bound == 0.97
    assert no_loss(BESIDE[1], "separate", "separate, baseline").bound == 1.03


def test_the_report_against_a_baseline_has_no_chart(tmp_path):
    report.write_against_baseline(BESIDE, tmp_path)
    assert table.against_baseline(BESIDE) in (tmp_path / "tables.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.json", "tables.md"]
