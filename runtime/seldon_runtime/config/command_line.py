"""The command lines of `seldon-core-microservice`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

# action of `seldon-core-microservice state` -> (what else it takes, its meaning)
_STATE_ACTIONS = {
    "list": ("", "the generations that are kept, the current one first"),
    "show": ("generation", "a generation's envelope, and what a dict has in it; nothing is unpickled"),
    "rollback": ("generation", "write an earlier generation (the one before the current) once more, as the latest"),
    "export": ("generation", "write a generation to standard output"),
    "import": ("trust", "read an exported one from standard input, and write it as the latest generation"),
}


@dataclass(frozen=True)
class StateCommand:
    """generation: the one that is meant, None for the usual one. trust: whether an import vouches for its file."""

    action: str
    generation: int | None
    trust: bool


def variables_of(arguments: Sequence[str]) -> dict[str, str]:
    """The historical command line, as the variables that it stands for."""
    parser = argparse.ArgumentParser(
        prog="seldon-core-microservice",
        description="Serve a Python class over Seldon Core's protocol. What is left out comes from the environment.",
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
    """What follows the word `state`."""
    parser = argparse.ArgumentParser(
        prog="seldon-core-microservice state", description="Look at a component's stored states, and move them."
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for action, (takes, meaning) in _STATE_ACTIONS.items():
        one = actions.add_parser(action, help=meaning, description=meaning)
        if takes == "generation":
            one.add_argument("generation", nargs="?", type=int, help="as `state list` prints it")
        elif takes == "trust":
            one.add_argument("--trust", action="store_true", help="take what is unsigned, or signed with another key")
    found = vars(parser.parse_args(arguments))
    return StateCommand(found["action"], found.get("generation"), found.get("trust", False))


def describe_as_json() -> bool:
    """Whether the command line of `describe` asks for JSON."""
    parser = argparse.ArgumentParser(prog="describe", description="Print what this image holds and how it was built.")
    parser.add_argument("--json", action="store_true", help="the whole record, with the CycloneDX bill of materials")
    return bool(parser.parse_args().json)
