"""Builds a source under two builders, asks both the same and prints where they differ: compare <old> <new> <source>

N, ROWS and TOLERANCE: requests, rows of each, and by how much numbers may differ. Exit code 1 when anything does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from candidate import Candidate
from differences import differences
from seldon_component.errors import StartError
from seldon_component.payload import Payload
from seldon_component.user_class.service_types import SERVICE_TYPES, requested_as
from seldon_runtime.config.settings import read_settings
from seldon_runtime.contract.document import FILE, Contract, read_contract

_N, _ROWS = int(os.environ["N"]), int(os.environ["ROWS"])
_TOLERANCE = float(os.environ["TOLERANCE"])


def main(old: str, new: str, source: str) -> int:
    """Exit code of the command."""
    try:
        contract = read_contract(Path(source) / FILE)
        main_methods = SERVICE_TYPES[read_settings(folder=Path(source)).service_type].main_methods
    except StartError as error:
        raise SystemExit(f"make compare: {error}") from None
    s2i = subprocess.run(["make/s2i"], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    methods = [requested_as(method) for method in main_methods]
    with Candidate(s2i, old, source) as first, Candidate(s2i, new, source) as second:
        wrong = sum(differ(first, second, method, contract) for method in methods)
    print(f"{_N * len(methods)} requests of {_ROWS} rows: {wrong or 'none'} answered differently by {old} and {new}")
    return 1 if wrong else 0


def differ(old: Candidate, new: Candidate, method: str, contract: Contract) -> int:
    """How many of the requests to a method are answered differently; prints where."""
    random, wrong = np.random.RandomState(0), 0
    for number in range(1, _N + 1):
        question = contract.question(method, _ROWS, random)
        lines = lines_of(old.ask(method, question), new.ask(method, question))
        wrong += bool(lines)
        for line in lines:
            print(f"{method}, request {number}: {line}", flush=True)
    return wrong


def lines_of(old: Payload | str, new: Payload | str) -> list[str]:
    """Where two answers differ, or two refusals."""
    if isinstance(old, Payload) and isinstance(new, Payload):
        return differences(old, new, _TOLERANCE)
    texts = [answer if isinstance(answer, str) else "an answer" for answer in (old, new)]
    return [] if texts[0] == texts[1] else [f"old: {texts[0]}; new: {texts[1]}"]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
