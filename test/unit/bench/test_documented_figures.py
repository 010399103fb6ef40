"""The figures in the pages are those of the last whole run."""

from __future__ import annotations

import json
import re

import pytest
from support.server import ROOT

SMALL, LIMIT = "REST small, 16 connections", "static"
MISSED = (ROOT / "docs" / "performance.md").read_text("utf-8").partition("## Missed targets")[2]


def ratio(case: str, server: str, peer: str) -> float:
    """Of two medians of the rates, in docs/benchmark/results.json."""
    results = json.loads((ROOT / "docs" / "benchmark" / "results.json").read_text("utf-8"))["results"]
    (servers,) = (each["servers"] for each in results if (each["case"], each["measure"]) == (case, "rate"))
    found: float = servers[server]["median"] / servers[peer]["median"]
    return found


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("README.md", r"the separate mode serves ([\d.]+) times .*\n.*The inline mode serves ([\d.]+) times"),
        ("docs/performance.md", r"REST small is ([\d.]+) x seldon-core in separate mode, and ([\d.]+) x in inline mode"),
    ],
)
def test_a_page_says_how_many_times_as_fast_as_seldon_core(page: str, sentence: str) -> None:
    found = re.search(sentence, (ROOT / page).read_text("utf-8"))
    assert found
    assert found.groups() == tuple(f"{ratio(SMALL, mode, 'seldon-core'):.1f}" for mode in ("separate", "inline"))


def test_the_missed_target_of_small_requests_is_said() -> None:
    separate, inline = (f"{ratio(SMALL, mode, LIMIT):.2f}" for mode in ("separate", "inline"))
    assert f"| {SMALL}, to the static response | separate {separate}, inline {inline} |" in MISSED
