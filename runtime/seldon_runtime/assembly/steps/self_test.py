"""One request of the source's contract.json, answered by the component as it will be served."""

from __future__ import annotations

import dataclasses
import queue

import numpy as np
from seldon_component import exit_codes
from seldon_component.errors import CallError, LoadFailed, StartError
from seldon_component.payload import GRPC, REST
from seldon_component.user_class.service_types import requested_as

from ...codec import json_codec
from ...config.settings import Settings
from ...contract.document import FILE, Contract, read_contract
from ...contract.response import faults
from ...messages import Content, Request
from ...model.factory import create_component
from ...model.interface import Model, call
from ...system.timer import Timer
from ..build import Job
from .self_check import EXIT_CODES, SelfCheckFailed

_SEED = 0  # the same request in each build
_LONGEST = 500  # characters of a message that are worth reading in a build's output


class SelfTestFailed(StartError):
    """The component raised, crashed, or answered what contract.json does not promise."""

    exit_code = exit_codes.SELF_TEST_FAILED


class NotLoaded(StartError):
    """The component could not be loaded and has said why; `exit_code` is its process's."""

    def __init__(self, code: int) -> None:
        crashed = f"loading the model ended its process with signal {-code}\n" if code < 0 else ""
        super().__init__(
            f"{crashed}Where the model can be loaded in its cluster alone, SELF_TEST=import builds the image."
        )
        self.exit_code = code if code > 0 else LoadFailed.exit_code


def read(job: Job) -> None:
    """Raises BadContract for a contract that is wrong, before anything is installed for nothing."""
    read_contract(job.paths.home / FILE)


def run(job: Job) -> None:
    """Load the component as it will be served, ask it once and check its response.

    Raises BadContract, SelfCheckFailed, NotLoaded or SelfTestFailed."""
    contract = read_contract(job.paths.home / FILE)
    outcomes: queue.SimpleQueue[int | None] = queue.SimpleQueue()  # an exit code; None: look whether it is ready
    settings = dataclasses.replace(
        job.settings, model_process="separate", model_workers=1, batch_max_size=1, restart_limit=0
    )
    model = create_component(settings, Timer(), on_failure=outcomes.put, on_change=lambda: outcomes.put(None))
    model.start()
    try:
        while (code := outcomes.get()) is None and not model.ready:
            pass
        if code is not None:
            raise SelfCheckFailed(code) if code in EXIT_CODES else NotLoaded(code)
        _test(model, contract, job.settings, model.description["main_methods"][0])
    finally:
        model.stop()


def _test(model: Model, contract: Contract, settings: Settings, main_method: str) -> None:
    method = requested_as(main_method)
    content = contract.request(method, 1, np.random.RandomState(_SEED))
    asked = f"{settings.model_name}.{main_method} was asked: {_shown(content)}"
    try:
        response = call(model, Request(method, content, REST if "REST" in settings.apis else GRPC))
    except CallError as error:
        raise SelfTestFailed(f"SELF_TEST: {error}\n{asked}") from None
    if lines := faults(contract, response, 1):
        wrong = "\n".join(f"  {line}" for line in lines)
        raise SelfTestFailed(
            f"SELF_TEST: the answer does not fit {FILE}:\n{wrong}\n{asked}\nIt answered: {_shown(response)}"
        )


def _shown(question: Content) -> str:
    try:
        text = json_codec.encode_question(question).decode()
    except CallError as error:  # what only gRPC can carry
        text = str(error)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
