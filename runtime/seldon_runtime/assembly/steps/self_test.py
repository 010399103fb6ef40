"""One request of the source's contract.json, answered by the component as it will be served."""

from __future__ import annotations

import queue
import subprocess
import threading

import numpy as np
from seldon_component.channel.frames import frame
from seldon_component.errors import CallError, LoadFailed, StartError
from seldon_component.payload import GRPC, REST, Payload
from seldon_component.user_class.service_types import requested_as

from ...codec import json_codec
from ...config.settings import Settings
from ...contract.document import FILE, Contract, read_contract
from ...contract.response import faults
from ...messages import Content
from ...model.process import ComponentProcess
from ..build import Job
from .self_check import EXIT_CODES, SelfCheckFailed

_SEED = 0  # the same request in each build
_STOP_TIMEOUT = 5.0  # seconds for the user's own clean-up at exit
_LONGEST = 500  # characters of a message that are worth reading in a build's output


class SelfTestFailed(StartError):
    """The component raised, crashed, or answered what contract.json does not promise."""

    exit_code = 25


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
    """Load the component in its own process, ask it once and check its answer.

    Raises BadContract, SelfCheckFailed, NotLoaded or SelfTestFailed."""
    contract = read_contract(job.paths.home / FILE)
    component = ComponentProcess(job.settings)
    try:
        description = component.wait_until_loaded()
        if description is None:
            code = component.process.wait()
            raise SelfCheckFailed(code) if code in EXIT_CODES else NotLoaded(code)
        _test(component, contract, job.settings, description["main_methods"][0])
    finally:
        _end(component)


def _test(component: ComponentProcess, contract: Contract, settings: Settings, main_method: str) -> None:
    method = requested_as(main_method)
    question = contract.question(method, 1, np.random.RandomState(_SEED))
    asked = f"{settings.model_name}.{main_method} was asked: {_shown(question)}"
    answer = _ask(component, method, question, REST if "REST" in settings.apis else GRPC, asked)
    if lines := faults(contract, answer, 1):
        wrong = "\n".join(f"  {line}" for line in lines)
        raise SelfTestFailed(
            f"SELF_TEST: the answer does not fit {FILE}:\n{wrong}\n{asked}\nIt answered: {_shown(answer)}"
        )


def _ask(component: ComponentProcess, method: str, question: Content, wire: str, asked: str) -> Payload:
    answers: queue.SimpleQueue[Payload | CallError] = queue.SimpleQueue()
    component.ask((frame((method, wire), question), answers.put))
    threading.Thread(target=_watch, args=(component,), daemon=True).start()
    answer = answers.get()
    if isinstance(answer, CallError):
        raise SelfTestFailed(f"SELF_TEST: {answer}\n{asked}")
    return answer


def _watch(component: ComponentProcess) -> None:
    code = component.process.wait()
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    for _, done in component.end(f"the component's process ended with {how}"):
        done(CallError(f"the component's process ended with {how}"))


def _end(component: ComponentProcess) -> None:
    component.hang_up()
    try:
        component.process.wait(_STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        component.process.kill()
        component.process.wait()


def _shown(question: Content) -> str:
    try:
        text = json_codec.encode_question(question).decode()
    except CallError as error:  # what only gRPC can carry
        text = str(error)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
