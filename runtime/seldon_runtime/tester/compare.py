"""`make compare`: sends two servers the same requests, and prints where their responses differ.

Each is an image that a builder makes of a source, a graph in a file, or a server at a URL.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from seldon_component.errors import StartError
from seldon_component.payload import Payload
from seldon_component.user_class.service_types import SERVICE_TYPES, requested_as

from ..config.environment import read_settings
from ..config.tester_arguments import CompareArguments, read_compare_arguments
from ..contract.document import FILE, Contract, read_contract
from .candidate import Candidate, CandidateFailed, candidate
from .differences import differences

_SEED = 0  # each method gets the same requests in each run
_DIFFERENT = 1  # exit code: a response differs, or there is nothing to compare


def main() -> int:
    """Exit code of the command: 0 if both respond alike."""
    arguments = read_compare_arguments()
    try:
        return compare(arguments)
    except (StartError, CandidateFailed) as error:
        print(f"make compare: {error}", file=sys.stderr)
        return _DIFFERENT


def compare(arguments: CompareArguments) -> int:
    """Raises BadContract, BadSetting or CandidateFailed if there is nothing to compare."""
    contract = read_contract(Path(arguments.source) / FILE)
    with candidate(arguments.old, arguments) as old, candidate(arguments.new, arguments) as new:
        methods = _methods(new.service_type() or read_settings(folder=Path(arguments.source)).service_type)
        wrong = sum(count_differences(old, new, method, contract, arguments) for method in methods)
    requests = f"{arguments.n_requests * len(methods)} requests of {arguments.rows} rows"
    print(f"{requests}: {wrong or 'none'} answered differently by {arguments.old} and {arguments.new}")
    return _DIFFERENT if wrong else 0


def _methods(service_type: str) -> list[str]:
    """The service type's main methods, by the names that a client calls: `score` is called as `transform_input`."""
    return [requested_as(method) for method in SERVICE_TYPES[service_type].main_methods]


def count_differences(
    old: Candidate, new: Candidate, method: str, contract: Contract, arguments: CompareArguments
) -> int:
    """Prints each difference; returns the number of requests to which the responses differ."""
    random, wrong = np.random.RandomState(_SEED), 0
    for number in range(1, arguments.n_requests + 1):
        request = contract.request(method, arguments.rows, random)
        lines = difference_lines(old.send(method, request), new.send(method, request), arguments.tolerance)
        wrong += bool(lines)
        for line in lines:
            print(f"{method}, request {number}: {line}", flush=True)
    return wrong


def difference_lines(old: Payload | str, new: Payload | str, tolerance: float) -> list[str]:
    """Where two responses differ, or two errors, which are text."""
    if isinstance(old, Payload) and isinstance(new, Payload):
        return differences(old, new, tolerance)
    texts = [response if isinstance(response, str) else "a response" for response in (old, new)]
    return [] if texts[0] == texts[1] else [f"old: {texts[0]}; new: {texts[1]}"]


if __name__ == "__main__":
    sys.exit(main())
