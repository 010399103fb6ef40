"""The command line of `seldon-core-graph`. `seldon_runtime.orchestrator.plan` checks what it says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GraphArguments:
    """units: unit -> a folder, an image or a URL. pythons: unit -> a version or an interpreter.

    ports: variable -> text. predictor: of the file; "" if it has only one.
    checks_only, traces: whether --check and --trace are given.
    """

    file: Path
    units: dict[str, str]
    pythons: dict[str, str]
    ports: dict[str, str]
    predictor: str
    checks_only: bool
    traces: bool


_PORTS = (("--http-port", "PREDICTIVE_UNIT_HTTP_SERVICE_PORT"), ("--grpc-port", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT"))


def graph_arguments(arguments: Sequence[str] | None, program: str) -> GraphArguments:
    """arguments: None for those of the process. program: how the command was called."""
    found = vars(_parser(program).parse_args(arguments))
    ports = {variable: found[variable] for _, variable in _PORTS if found[variable] is not None}
    return GraphArguments(
        found["file"],
        dict(found["unit"]),
        dict(found["python"]),
        ports,
        found["predictor"],
        found["check"],
        found["trace"],
    )


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description="Serve an inference graph on one port: a SeldonDeployment, or its graph alone.",
        epilog=f"For example: {program} graph.yaml --unit classifier=./classifier --unit router=http://127.0.0.1:9000",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the graph, in Seldon's JSON or YAML")
    parser.add_argument("--unit", action="append", default=[], type=_pair, metavar="NAME=PLACE",
                        help="where a unit is: a folder, an image, http://…, https://… or grpc://…")  # fmt: skip
    parser.add_argument("--python", action="append", default=[], type=_pair, metavar="NAME=PYTHON",
                        help="the Python of a unit in a folder: a version or an interpreter")  # fmt: skip
    parser.add_argument("--predictor", default="", metavar="NAME", help="which one of several")
    parser.add_argument("--check", action="store_true", help="only check whether the graph can be served")
    parser.add_argument("--trace", action="store_true", help="print the way of each request, with times")
    for option, variable in _PORTS:
        parser.add_argument(option, dest=variable, metavar="PORT", help=f"the same as the variable {variable}")
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not value:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, found {text!r}")
    return name, value
