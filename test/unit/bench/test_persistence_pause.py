"""The figures of `make bench-persistence`, and a short real run."""

from __future__ import annotations

import json

from bench.persistence_pause import Client, Figures, Variant, row, variants
from bench.servers import OWN_PYTHON


def test_a_request_belongs_to_each_span_in_which_it_was_in_flight():
    client = Client(1)
    client.times = [(0.0, 1.0), (1.0, 3.0), (3.0, 3.5)]
    assert client.within(0.0, 0.5) == [1000]
    assert client.within(2.0, 3.2) == [2000, 500]


def test_a_pause_is_the_longest_request_of_a_save():
    figures = Figures(before=[1.0, 1.0], during=[[1.0, 5.0], [7.0, 2.0], [6.0, 6.0]], saves=[10.0, 30.0, 20.0])
    p99_before, _, median, _, longest, save = figures.cells()
    assert (p99_before, median, longest, save) == ("1.0", "6.0", "7.0", "20.0")


def test_both_forms_are_measured_on_each_python_and_one_in_place():
    assert [(v.python, v.stored_as, v.fork) for v in variants(["3.13", "2.7"])] == [
        ("3.13", "dict", True), ("3.13", "pickle", True), ("2.7", "dict", True), ("2.7", "pickle", True), ("3.13", "dict", False)]


def test_the_parameters_keep_their_braces_beside_the_ports():
    environment = Variant("3.13", "pickle", True).server(100, 6379).environment
    parameters = json.loads(environment["PREDICTIVE_UNIT_PARAMETERS"].format(port=1))
    assert parameters == [{"name": "megabytes", "type": "INT", "value": "100"}]


def test_a_short_run_has_a_row():
    cells = row(Variant(OWN_PYTHON, "dict", True), megabytes=1, saves=2)
    assert cells[:3] == [OWN_PYTHON, "dict", "forked"]
    assert all(float(cell) > 0 for cell in cells[3:])
