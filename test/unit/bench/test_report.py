"""The lines and tables of results."""

from __future__ import annotations

from bench import report
from bench.results import Result


def test_a_line_has_the_median_of_each_server():
    result = Result("REST small", "rate", {"ours": [1000.0, 1100.0, 1234.567], "peer": [200.0]})
    assert report.line(result) == "REST small: ours 1100, peer 200 (requests a second)"
