"""The graph in both of its forms: the same units, and what is derived from their figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from seldon_runtime.config.graph_arguments import graph_arguments
from seldon_runtime.orchestrator.node import methods_of
from seldon_runtime.orchestrator.plan import read_file

from bench import graph, graph_of_servers, payloads, walk_cost
from bench.results import Result
from bench.targets import target_of


def root():
    return read_file(Path(graph.COMMAND[3])).graphs[0]


def test_each_served_unit_has_a_server_of_its_type():
    units = {unit.name: unit for unit in root().walk()}
    assert [unit.type for unit in units.values()] == ["TRANSFORMER", "", "COMBINER", "MODEL", "MODEL"]
    assert units["router"].implementation == "SIMPLE_ROUTER"
    assert {name: server.environment["SERVICE_TYPE"] for name, server in graph.UNITS.items()} == {
        name: unit.type for name, unit in units.items() if name != "router"
    }


def test_a_single_request_goes_to_the_method_that_the_walk_calls():
    paths = {name: server.wire.path.rpartition("/")[2] for name, server in graph.UNITS.items()}
    assert paths == {"transformer": "transform-input", "combiner": "aggregate", "first": "predictions", "second": "predictions"}
    assert graph.COMBINER.wire.encode(payloads.SMALL).count(b"ndarray") == 2


def test_the_walk_alone_has_the_same_units():
    alone, served = walk_cost.tree(), root()
    methods = [sorted(node.methods - {"send_feedback"}) for node in alone.walk()]
    assert methods == [sorted(methods_of(unit) - {"send_feedback"}) for unit in served.walk()]
    assert len(methods) == walk_cost.UNITS


def test_all_four_units_are_in_folders_in_the_one_form():
    given = graph_arguments(graph.FOLDERS.command[3:], "graph")
    assert {name: Path(folder).is_dir() for name, folder in given.units.items()} == dict.fromkeys(graph.UNITS, True)


def test_all_four_units_are_servers_in_the_other(monkeypatch):
    started, ended = [], []
    monkeypatch.setattr("sys.argv", ["graph_of_servers", "5001", "5002"])
    monkeypatch.setattr("bench.servers.model_python", lambda *_: "python")
    monkeypatch.setattr("subprocess.Popen", lambda *_, env, **__: started.append(env))
    monkeypatch.setattr("os.execv", lambda program, words: ended.append(words))
    graph_of_servers.main()
    given = graph_arguments(ended[0][3:], "graph")
    assert given.ports == {"PREDICTIVE_UNIT_HTTP_SERVICE_PORT": "5001", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": "5002"}
    assert given.units == {
        name: f"http://127.0.0.1:{variables['PREDICTIVE_UNIT_SERVICE_PORT']}"
        for name, variables in zip(graph.UNITS, started, strict=True)
    }
    assert len(set(given.units.values())) == 4


RATES = Result(graph.CASE, "rate", {
    "four servers": [100.0, 110.0], "folder units": [300.0, 330.0],
    "transformer alone": [1000.0, 500.0], "model alone": [1000.0, 500.0], "combiner alone": [500.0, 250.0],
})


def test_the_sum_of_single_requests_takes_the_time_of_all_four():
    assert graph.with_sum(RATES).samples[graph.SUM] == pytest.approx([200.0, 100.0])  # 1 + 1 + 1 + 2 ms, and twice that


@pytest.mark.parametrize("other", [
    Result(graph.CASE, "p50", RATES.samples),
    Result("REST small, 16 connections", "rate", RATES.samples),
    Result(graph.CASE, "rate", {"model alone": [1.0], "model alone, baseline": [1.0]}),
])
def test_no_other_result_has_a_sum(other):
    assert graph.with_sum(other) is other


def test_the_form_of_folders_has_its_target():
    target = target_of(RATES, "folder units", "four servers")
    assert target is not None
    assert target.holds(RATES)


def test_the_cost_of_the_walk_has_a_figure_for_each_round(monkeypatch):
    monkeypatch.setattr(walk_cost, "_TURNS", 1)
    result = walk_cost.cost(2)
    assert [len(samples) for samples in result.samples.values()] == [2, 2]
    assert min(result.samples[walk_cost.SERVER]) > 0
    assert target_of(result, walk_cost.SERVER, "allowed") is not None
