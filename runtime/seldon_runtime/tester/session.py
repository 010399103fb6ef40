"""A run of either tester: it sends the contract's requests one after the other and checks the responses."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from seldon_component.errors import CallError, StartError
from seldon_component.payload import TENSOR, Feedback, Payload

from ..codec.json_codec import encode_content
from ..config.tester_arguments import Arguments
from ..contract.document import Contract, read_contract
from ..contract.response import faults
from ..messages import Content
from .wires import NoResponse, Wire

_SEED = 0  # the same requests in each run
_WRONG = 1  # exit code: a response is wrong, or there is none


class _NoTensor(StartError):
    """--tensor is given, but some features are not numbers."""

    exit_code = 2  # as for any wrong argument


def main(arguments: Arguments, connect: Callable[[Arguments], Wire]) -> int:
    """Exit code of the command: 0 if every response fits the contract; otherwise standard error says why not."""
    logging.basicConfig(level=arguments.log_level, format="%(asctime)s %(name)s %(levelname)s: %(message)s")
    try:
        session = _Session(arguments, read_contract(Path(arguments.contract)), connect(arguments))
        wrong = [number for number in range(1, arguments.n_requests + 1) if not session.succeeds(number)]
    except StartError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except NoResponse as error:
        print(error, file=sys.stderr)
        return _WRONG
    print(f"{arguments.endpoint}: {arguments.n_requests} requests, {len(wrong)} failed")
    return _WRONG if wrong else 0


class _Session:
    """Makes the requests and sends them."""

    def __init__(self, arguments: Arguments, contract: Contract, wire: Wire) -> None:
        self._arguments = arguments
        self._contract = contract
        self._wire = wire
        self._random = np.random.RandomState(_SEED)

    def succeeds(self, number: int) -> bool:
        """Whether the response to one more request fits the contract."""
        request = self._request()
        try:
            wrong = faults(self._contract, self._response(request), self._arguments.batch_size)
        except NoResponse as error:
            wrong = [str(error)]
        for line in wrong:
            print(f"request {number}: {line}", file=sys.stderr)
        return not wrong

    def _request(self) -> Payload:
        request = self._contract.message(self._arguments.batch_size, self._random)
        if self._arguments.tensor:
            request.kind = TENSOR
            if request.data.dtype.kind not in "iuf":
                path = self._arguments.contract
                raise _NoTensor(f"--tensor: expected numbers in all features of {path}, found text")
        return request

    def _response(self, request: Payload) -> Payload:
        if self._arguments.endpoint != "send-feedback":
            return self._exchange(self._arguments.endpoint.replace("-", "_"), request)
        response = self._exchange("predict", request)
        self._exchange("send_feedback", Feedback(request, response, 1.0, Payload()))
        return response

    def _exchange(self, method: str, request: Content) -> Payload:
        self._print(f"{'-' * 40}\nSENDING NEW REQUEST:", request)
        response = self._wire.send(method, request)
        self._print("RECEIVED RESPONSE:", response)
        return response

    def _print(self, title: str, content: Content) -> None:
        if self._arguments.prnt:
            try:
                print(f"{title}\n{encode_content(content).decode()}\n")
            except CallError as error:  # JSON cannot carry all that gRPC can
                print(f"{title}\n{error}\n")
