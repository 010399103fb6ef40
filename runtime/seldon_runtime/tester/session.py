"""A run of either tester: the contract's requests, one after the other, and what is wrong with the answers."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from seldon_component.errors import CallError, StartError
from seldon_component.payload import TENSOR, Feedback, Payload

from ..codec.json_codec import encode_question
from ..config.tester_arguments import Arguments
from ..contract.document import Contract, read_contract
from ..contract.response import faults
from ..messages import Content
from .wire import NoAnswer, Wire

_SEED = 0  # the same requests in each run
_WRONG = 1  # exit code: an answer is wrong, or there is none


class _NoTensor(StartError):
    """--tensor is asked for, and the features are not all numbers."""

    exit_code = 2  # as for any argument that is wrong


def main(arguments: Arguments, connect: Callable[[Arguments], Wire]) -> int:
    """Exit code of the command: 0 when every answer fits the contract, and otherwise standard error says where not."""
    logging.basicConfig(level=arguments.log_level, format="%(asctime)s %(name)s %(levelname)s: %(message)s")
    try:
        session = _Session(arguments, read_contract(Path(arguments.contract)), connect(arguments))
        wrong = [number for number in range(1, arguments.n_requests + 1) if not session.succeeds(number)]
    except StartError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except NoAnswer as error:
        print(error, file=sys.stderr)
        return _WRONG
    print(f"{arguments.endpoint}: {arguments.n_requests} asked, {len(wrong)} answered wrongly")
    return _WRONG if wrong else 0


class _Session:
    """The requests, and how they are sent."""

    def __init__(self, arguments: Arguments, contract: Contract, wire: Wire) -> None:
        self._arguments = arguments
        self._contract = contract
        self._wire = wire
        self._random = np.random.RandomState(_SEED)

    def succeeds(self, number: int) -> bool:
        """Whether another request is answered as the contract says."""
        request = self._request()
        try:
            wrong = faults(self._contract, self._answer(request), self._arguments.batch_size)
        except NoAnswer as error:
            wrong = [str(error)]
        for line in wrong:
            print(f"request {number}: {line}", file=sys.stderr)
        return not wrong

    def _request(self) -> Payload:
        request = self._contract.request(self._arguments.batch_size, self._random)
        if self._arguments.tensor:
            request.kind = TENSOR
            if request.data.dtype.kind not in "iuf":
                raise _NoTensor(f"--tensor: not all features of {self._arguments.contract} are numbers")
        return request

    def _answer(self, request: Payload) -> Payload:
        if self._arguments.endpoint != "send-feedback":
            return self._exchange(self._arguments.endpoint.replace("-", "_"), request)
        answer = self._exchange("predict", request)
        self._exchange("send_feedback", Feedback(request, answer, 1.0, Payload()))
        return answer

    def _exchange(self, method: str, question: Content) -> Payload:
        self._print(f"{'-' * 40}\nSENDING NEW REQUEST:", question)
        answer = self._wire.ask(method, question)
        self._print("RECEIVED RESPONSE:", answer)
        return answer

    def _print(self, title: str, what: Content) -> None:
        if self._arguments.prnt:
            try:
                print(f"{title}\n{encode_question(what).decode()}\n")
            except CallError as error:  # what only gRPC can carry
                print(f"{title}\n{error}\n")
