"""Every command line: of the server, of `state`, of `describe` and of the two testers."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

# action of `seldon-core-microservice state` -> (its further argument, its meaning)
_STATE_ACTIONS = {
    "list": ("", "list the generations, the current one first"),
    "show": ("generation", "show the envelope of a generation, and the content of a dict; nothing is unpickled"),
    "rollback": ("generation", "write an earlier generation (default: the one before the current) as the latest"),
    "export": ("generation", "write a generation to standard output"),
    "import": ("trust", "read an exported generation from standard input, and write it as the latest"),
}


@dataclass(frozen=True)
class StateCommand:
    """generation: None for the default of the action. trust: whether an import accepts a state that we did not sign."""

    action: str
    generation: int | None
    trust: bool


@dataclass(frozen=True)
class TesterArguments:
    """Which requests a tester sends, how many, and where. Only a gateway uses the fields after `log_level`."""

    contract: str
    host: str
    port: int
    endpoint: str
    batch_size: int
    n_requests: int
    grpc: bool
    tensor: bool
    prnt: bool
    log_level: str
    deployment: str = ""
    namespace: str | None = None
    ambassador_path: str | None = None
    oauth_key: str | None = None
    oauth_secret: str = ""
    oauth_port: int | None = None

    @property
    def address(self) -> str:
        """host:port."""
        return f"{self.host}:{self.port}"


def variables_of(arguments: Sequence[str]) -> dict[str, str]:
    """The historical command line of `seldon-core-microservice`: variable -> text."""
    parser = argparse.ArgumentParser(
        prog="seldon-core-microservice",
        description="Serve a Python class over Seldon Core's protocol. The environment sets the rest.",
    )
    parser.add_argument("MODEL_NAME", nargs="?", metavar="MyModel", help="the class to serve")
    parser.add_argument("API_TYPE", nargs="?", metavar="API", help="REST, GRPC or REST,GRPC")
    for option, name in (
        ("--service-type", "SERVICE_TYPE"),
        ("--persistence", "PERSISTENCE"),
        ("--parameters", "PREDICTIVE_UNIT_PARAMETERS"),
        ("--log-level", "LOG_LEVEL"),
        ("--http-port", "PREDICTIVE_UNIT_HTTP_SERVICE_PORT"),
        ("--grpc-port", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT"),
    ):
        parser.add_argument(option, dest=name, metavar=name, help=f"the same as the variable {name}")
    return {name: text for name, text in vars(parser.parse_args(arguments)).items() if text is not None}


def state_command_line(arguments: Sequence[str]) -> StateCommand:
    """The command line after the word `state`."""
    parser = argparse.ArgumentParser(
        prog="seldon-core-microservice state",
        description="List, show, roll back, export and import the stored states of a component.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, (takes, meaning) in _STATE_ACTIONS.items():
        action = actions.add_parser(name, help=meaning, description=meaning)
        if takes == "generation":
            action.add_argument("generation", nargs="?", type=int, help="as `state list` prints it")
        elif takes == "trust":
            action.add_argument("--trust", action="store_true", help="accept a state that is not signed with our key")
    found = vars(parser.parse_args(arguments))
    return StateCommand(found["action"], found.get("generation"), found.get("trust", False))


def describe_as_json() -> bool:
    """Whether the command line of `describe` has --json."""
    parser = argparse.ArgumentParser(prog="describe", description="Print what this image holds and how it was built.")
    parser.add_argument("--json", action="store_true", help="the whole record, with the CycloneDX bill of materials")
    return bool(parser.parse_args().json)


def tester_arguments(arguments: Sequence[str] | None = None) -> TesterArguments:
    """The command line of `seldon-core-tester`. Without `arguments`: the process's own."""
    about = "Send one component the requests that contract.json describes, and check its responses."
    parser = _tester_parser("seldon-core-tester", about)
    _add_tester_options(parser, ("predict", "send-feedback", "transform-input"))
    return TesterArguments(**vars(parser.parse_args(arguments)))


def api_tester_arguments(arguments: Sequence[str] | None = None) -> TesterArguments:
    """The command line of `seldon-core-api-tester`. Without `arguments`: the process's own."""
    about = "Send a deployment, through its gateway, the requests of contract.json, and check its responses."
    parser = _tester_parser("seldon-core-api-tester", about)
    parser.add_argument("deployment", nargs="?", default="mymodel", help="the deployment's name; default: mymodel")
    _add_tester_options(parser, ("predict", "send-feedback"))
    parser.add_argument("--namespace", help="the deployment's namespace, if the gateway's paths have it")
    parser.add_argument("--ambassador-path", help="the path before /api/v0.1, instead of /seldon/NAMESPACE/DEPLOYMENT")
    parser.add_argument("--oauth-key", help="get a token from the gateway of 2018 with this key and secret")
    parser.add_argument("--oauth-secret", default="")
    parser.add_argument("--oauth-port", type=int, help="the port of the tokens; default: the port itself")
    return TesterArguments(**vars(parser.parse_args(arguments)))


def _tester_parser(name: str, about: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=name, description=about)
    parser.add_argument("contract", help="path of the contract.json")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    return parser


def _add_tester_options(parser: argparse.ArgumentParser, endpoints: tuple[str, ...]) -> None:
    parser.add_argument("--endpoint", choices=endpoints, default="predict")
    parser.add_argument("-b", "--batch-size", type=_count, default=1, help="rows of each request")
    parser.add_argument("-n", "--n-requests", type=_count, default=1, help="requests")
    parser.add_argument("--grpc", action="store_true", help="use gRPC instead of REST")
    parser.add_argument("-t", "--tensor", action="store_true", help="send a tensor instead of an ndarray")
    parser.add_argument("-p", "--prnt", action="store_true", help="print requests and responses")
    parser.add_argument("--log-level", choices=("DEBUG", "INFO", "ERROR"), default="ERROR")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {text}")
    return number
