"""The graph of `make bench-graph`, once with its units in folders and once with the same units as four servers.

    transformer -> router -> combiner -> first, second

The router is built in. Every request calls the four other units once, so a walk has four calls to pay for.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from . import wires
from .environments import ROOT
from .results import Result
from .servers import OWN_PYTHON, PROGRAMS, Server, ours

_FOLDER = PROGRAMS / "graph"
_GRAPH = (str(_FOLDER / "graph.yaml"), "--http-port", "{port}", "--grpc-port", "{port2}")
COMMAND = (sys.executable, "-m", "seldon_runtime.commands.graph", *_GRAPH)
CASE = "graph of 4 units, small, 16 connections"
SUM = "sum of single requests"


def _alone(name: str, service_type: str, wire: wires.Wire) -> Server:
    folder = str(_FOLDER / "unit")
    server = ours(name, "REST", "separate", model="Unit", MICROSERVICE_HOME=folder, SERVICE_TYPE=service_type)
    return replace(server, wire=wire)


TRANSFORMER = _alone("transformer alone", "TRANSFORMER", replace(wires.SELDON, path="/transform-input"))
MODEL = _alone("model alone", "MODEL", wires.SELDON)
COMBINER = _alone("combiner alone", "COMBINER", wires.AGGREGATE)
UNITS = {"transformer": TRANSFORMER, "combiner": COMBINER, "first": MODEL, "second": MODEL}

_IN_FOLDERS = tuple(word for name in UNITS for word in ("--unit", f"{name}={_FOLDER / 'unit'}"))
FOLDERS = Server("folder units", wires.SELDON, (*COMMAND, *_IN_FOLDERS), {"API_TYPE": "REST"}, python=(OWN_PYTHON,))
FOUR_SERVERS = Server(
    "four servers",
    wires.SELDON,
    (sys.executable, "-m", "bench.graph_of_servers", "{port}", "{port2}"),
    {"API_TYPE": "REST"},
    folder=ROOT,
)
SERVERS = (FOUR_SERVERS, FOLDERS, TRANSFORMER, MODEL, COMBINER)


def with_sum(result: Result) -> Result:
    """The same result and, of the graph's rates, that of a client that asks the four servers one after the other."""
    if result.case != CASE or result.measure != "rate" or FOUR_SERVERS.name not in result.samples:
        return result
    rounds = zip(*(result.samples[server.name] for server in UNITS.values()), strict=True)
    rates = [1 / sum(1 / rate for rate in each) for each in rounds]
    return replace(result, samples={**result.samples, SUM: rates})
