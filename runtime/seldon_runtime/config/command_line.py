"""The command lines of the server, of `state` and of `describe`. The module beside this one has the testers'."""

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
