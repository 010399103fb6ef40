"""The historical command lines of the two testers."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Arguments:
    """What is asked, how often, and where. The fields after `prnt` are those of the gateway alone."""

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


def read_microservice_arguments(arguments: Sequence[str] | None = None) -> Arguments:
    """Of seldon-core-tester; `arguments` default to the process's own."""
    parser = _parser("seldon-core-tester", "Ask one component what contract.json describes, and check its answers.")
    _add_common(parser, ("predict", "send-feedback", "transform-input"))
    return _read(parser, arguments)


def read_api_arguments(arguments: Sequence[str] | None = None) -> Arguments:
    """Of seldon-core-api-tester; `arguments` default to the process's own."""
    about = "Ask a deployment, through its gateway, what contract.json describes, and check its answers."
    parser = _parser("seldon-core-api-tester", about)
    parser.add_argument("deployment", nargs="?", default="mymodel", help="the deployment's name; default: mymodel")
    _add_common(parser, ("predict", "send-feedback"))
    parser.add_argument("--namespace", help="the deployment's namespace, where the gateway's paths have it")
    parser.add_argument("--ambassador-path", help="stands before /api/v0.1 in place of /seldon/NAMESPACE/DEPLOYMENT")
    parser.add_argument("--oauth-key", help="ask the gateway of 2018 for a token with this key and secret")
    parser.add_argument("--oauth-secret", default="")
    parser.add_argument("--oauth-port", type=int, help="where tokens are given out; default: the port itself")
    return _read(parser, arguments)


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
    parser.add_argument("--grpc", action="store_true", help="over gRPC in place of REST")
    parser.add_argument("-t", "--tensor", action="store_true", help="a tensor in place of an ndarray")
    parser.add_argument("-p", "--prnt", action="store_true", help="print requests and answers")
    parser.add_argument("--log-level", choices=("DEBUG", "INFO", "ERROR"), default="ERROR")


def _read(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> Arguments:
    return Arguments(**vars(parser.parse_args(arguments)))


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {text}")
    return number
