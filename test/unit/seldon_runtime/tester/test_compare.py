"""The command line of `make compare`, and how it counts the requests whose responses differ."""

from typing import Any

import pytest
from seldon_component.payload import Payload
from seldon_runtime.config.tester_arguments import CompareArguments, read_compare_arguments
from seldon_runtime.contract.document import Contract
from seldon_runtime.contract.field import Field
from seldon_runtime.tester import compare

ARGUMENTS = CompareArguments("old", "new", "source", n_requests=3, rows=2, tolerance=1e-6, docker="docker", s2i="s2i")
CONTRACT = Contract((Field("a"),), ())


class Twin:
    """A candidate whose response is its request, plus something."""

    def __init__(self, plus):
        self._plus = plus

    def send(self, method, request):
        return Payload(request.kind, request.data + self._plus, request.names)


def test_the_arguments_are_those_of_make():
    words = "--n-requests 3 --rows 2 --tolerance 1e-6 --docker docker --s2i s2i old new source"
    assert read_compare_arguments(words.split()) == ARGUMENTS


@pytest.mark.parametrize("option", ["--n-requests", "--rows"])
def test_a_count_is_at_least_1(option, capsys):
    with pytest.raises(SystemExit):
        read_compare_arguments([option, "0", "old", "new", "source"])
    assert f"{option}: expected 1 or more, found 0" in capsys.readouterr().err


@pytest.mark.parametrize(("plus", "count"), [(0.0, 0), (1.0, 3)])
def test_each_request_with_a_difference_counts_once(plus, count, capsys):
    old: Any = Twin(0.0)
    new: Any = Twin(plus)
    assert compare.count_differences(old, new, "predict", CONTRACT, ARGUMENTS) == count
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": column 0 (a): 2 of 2 rows differ")[0] for line in lines] == [
        f"predict, request {number}" for number in range(1, count + 1)]


@pytest.mark.parametrize(("old", "new", "lines"), [
    ("/predict answered 500: no", "/predict answered 500: no", []),
    ("/predict answered 500: no", "/predict answered 400: no", ["old: /predict answered 500: no; new: /predict answered 400: no"]),
    (Payload("strData", "a"), "/predict answered 500: no", ["old: a response; new: /predict answered 500: no"]),
    (Payload("strData", "a"), Payload("strData", "a"), []),
])
def test_errors_are_compared_as_text(old, new, lines):
    assert compare.difference_lines(old, new, 1e-6) == lines


def test_a_builder_that_builds_nothing_ends_the_command(tmp_path, monkeypatch, capsys):
    (tmp_path / "contract.json").write_text('{"features": [{"name": "a", "dtype": "INT", "ftype": "continuous"}], "targets": []}')
    monkeypatch.setenv("MODEL_NAME", "MyModel")
    monkeypatch.setattr("sys.argv", ["compare", "--docker", "true", "--s2i", "false", "old", "new", str(tmp_path)])
    assert compare.main() == 1
    assert capsys.readouterr().err == "make compare: s2i could not build with old\n"


def test_a_graph_that_cannot_be_served_ends_the_command_with_its_mistake(tmp_path, monkeypatch, capsys):
    (tmp_path / "contract.json").write_text('{"features": [{"name": "a", "dtype": "INT", "ftype": "continuous"}], "targets": []}')
    graph = tmp_path / "graph.yaml"
    graph.write_text("name: nowhere\ntype: MODEL\n")
    monkeypatch.setattr("sys.argv", ["compare", str(graph), "http://127.0.0.1:9", str(tmp_path)])
    assert compare.main() == 1
    head, line = capsys.readouterr().err.splitlines()
    assert head == f"make compare: {graph}: the model was not ready"
    assert line.startswith("unit 'nowhere', place: expected a folder, an image or an address, found nothing")
