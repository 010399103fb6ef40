"""The command lines of the two testers, which are the historical ones, and of `make compare`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Arguments:
    """Which requests are sent, how many, and where. Only the gateway's tester has the fields after `prnt`."""

    contract: str
    host: str
    port: int
    endpoint: str
    batch_size: int
    n_requests: int
    grpc: bool
    tensor: bool
    log_level: str
    prnt: bool
    deployment: str = ""
    namespace: str | None = None
    ambassador_path: str | None = None
    oauth_key: str | None = None
    oauth_secret: str = ""
    oauth_port: int | None = None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class CompareArguments:
    """old, new: builder images, files with graphs, or URLs of servers. tolerance: how much numbers may differ.

    source: the folder that builders build; its contract.json describes the requests.

    docker, s2i: the commands. n_requests: for each method.
    """

    old: str
    new: str
    source: str
    n_requests: int
    rows: int
    tolerance: float
    docker: str
    s2i: str


def read_microservice_arguments(arguments: Sequence[str] | None = None) -> Arguments:
    """Those of seldon-core-tester; `arguments` default to the process's own."""
    about = "Send one component the requests that contract.json describes; check its responses."
    parser = _parser("seldon-core-tester", about)
    _add_common(parser, ("predict", "send-feedback", "transform-input"))
    return _read(parser, arguments)


def read_api_arguments(arguments: Sequence[str] | None = None) -> Arguments:
    """Those of seldon-core-api-tester; `arguments` default to the process's own."""
    about = "Send a deployment, through its gateway, the requests that contract.json describes; check its responses."
    parser = _parser("seldon-core-api-tester", about)
    parser.add_argument("deployment", nargs="?", default="mymodel", help="the deployment's name; default: mymodel")
    _add_common(parser, ("predict", "send-feedback"))
    parser.add_argument("--namespace", help="the deployment's namespace, if the gateway's paths have it")
    parser.add_argument("--ambassador-path", help="the path before /api/v0.1; default: /seldon/NAMESPACE/DEPLOYMENT")
    parser.add_argument("--oauth-key", help="request a token of the gateway of 2018 with this key and secret")
    parser.add_argument("--oauth-secret", default="")
    parser.add_argument("--oauth-port", type=int, help="the port that gives tokens; default: the gateway's port")
    return _read(parser, arguments)


def read_compare_arguments(arguments: Sequence[str] | None = None) -> CompareArguments:
    """Those of `make compare`; `arguments` default to the process's own."""
    parser = argparse.ArgumentParser(prog="compare", description="Print where two servers differ.")
    parser.add_argument("old", help="a builder image, a file with a graph, or the URL of a server")
    parser.add_argument("new", help="another one")
    parser.add_argument("source", help="the folder that builders build, with a contract.json")
    parser.add_argument("--n-requests", type=_count, default=100, help="requests to each method")
    parser.add_argument("--rows", type=_count, default=10, help="rows of each request")
    parser.add_argument("--tolerance", type=float, default=1e-6, help="how much numbers may differ")
    parser.add_argument("--docker", default="docker", help="Docker's command")
    parser.add_argument("--s2i", default="s2i", help="s2i's command")
    return CompareArguments(**vars(parser.parse_args(arguments)))


def _parser(name: str, about: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=name, description=about)
    parser.add_argument("contract", help="path of the contract.json")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    return parser


def _add_common(parser: argparse.ArgumentParser, endpoints: tuple[str, ...]) -> None:
    parser.add_argument("--endpoint", choices=endpoints, default="predict")
    parser.add_argument("-b", "--batch-size", type=_count, default=1, help="rows of each request")
    parser.add_argument("-n", "--n-requests", type=_count, default=1, help="requests")
    parser.add_argument("--grpc", action="store_true", help="use gRPC instead of REST")
    parser.add_argument("-t", "--tensor", action="store_true", help="send a tensor instead of an ndarray")
    parser.add_argument("-p", "--prnt", action="store_true", help="print requests and responses")
    parser.add_argument("--log-level", choices=("DEBUG", "INFO", "ERROR"), default="ERROR")


def _read(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> Arguments:
    return Arguments(**vars(parser.parse_args(arguments)))


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {text}")
    return number
