"""Whether the component works: its class can be imported, and it answers a request that fits contract.json."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from seldon_component import exit_codes
from seldon_component.errors import (
    CallError,
    ClassNotFound,
    ImportFailed,
    ModelNotFound,
    NoMainMethod,
    StartError,
)
from seldon_component.payload import GRPC, REST
from seldon_component.user_class.service_types import SERVICE_TYPES, requested_as

from ... import model as model_package
from ...codec import json_codec
from ...config.settings import Settings
from ...contract.document import FILE, BadContract, Contract, read_contract
from ...contract.response import faults
from ...messages import Content, Request
from ...model.factory import create_component
from ...model.interface import Model, call
from ...model.separate import class_check
from ...model.separate.ending import exit_description
from ...system.memory import peak_memory
from ...system.timer import Timer
from ..build import Build, Learned
from ..progress import Warn
from . import source
from .hints import hints_of

_OF_THE_IMPORT = {kind.exit_code for kind in (ModelNotFound, ClassNotFound, ImportFailed, NoMainMethod)}
_LOADED = 0  # in place of an exit code
_STOP_SECONDS = 10.0  # for the component to end
_SEED = 0  # the same request in each build
_NO_GATE = "The image was built. SELF_TEST=contract makes this an error."
_LONGEST = 500  # characters of a message that are worth reading in a build's output


class SelfCheckFailed(StartError):
    """The class cannot be served. `exit_code` is that of its process, which has printed the reason."""

    def __init__(self, code: int, home: Path) -> None:
        """home: the served folder."""
        text = "The image was not built."
        if code == ModelNotFound.exit_code:
            text = (
                "If the source is a git checkout: s2i takes what is committed; commit the file, or build with --copy."
            )
        elif code < 0:
            text = exit_description(code, "importing the class")
        super().__init__("\n".join((*hints_of(home), text)))
        self.exit_code = code if code > 0 else ImportFailed.exit_code


class NotLoaded(StartError):
    """The component could not be loaded. `exit_code` is that of its process; the reason is printed above."""

    def __init__(self, code: int, home: Path) -> None:
        """home: the served folder."""
        text = "SELF_TEST: the class could not be loaded; its own words are above. "
        text += "If it can be loaded only in its cluster: SELF_TEST=import builds the image."
        super().__init__("\n".join((*hints_of(home), text)))
        self.exit_code = code


class SelfTestFailed(StartError):
    """The component raised, crashed, or its response does not fit contract.json."""

    exit_code = exit_codes.SELF_TEST_FAILED


def check_contract(build: Build) -> None:
    """Raises BadContract for a contract.json that is wrong."""
    read_contract(build.paths.home / FILE)


def must_fit(build: Build) -> bool:
    """Whether a contract.json that is wrong, or that the response does not fit, ends the build."""
    return build.settings.build.self_test == "contract" and source.has_contract_to_try(build)


def is_import_enough(build: Build) -> bool:
    """Whether the class has to be imported. With a contract it is loaded, and loading imports it."""
    return build.settings.build.self_test != "off" and not source.has_contract_to_try(build)


def check_class(build: Build, warn: Warn) -> Learned:
    """Import the class and look for its main method. Raises SelfCheckFailed; the component has said why."""
    code, description = class_check.check(build.settings)
    if code:
        raise SelfCheckFailed(code, build.paths.home)
    return _learned(description, warn)


def try_contract(build: Build, warn: Warn) -> Learned:
    """Load the component and send it one request of contract.json. Raises SelfCheckFailed.

    All else that fails is a warning, because no such file ends a build with Seldon's own images. With
    SELF_TEST=contract it raises BadContract, NotLoaded or SelfTestFailed.
    """
    try:
        return _request_once(build, warn)
    except (BadContract, NotLoaded, SelfTestFailed) as error:
        if must_fit(build):
            raise
        learned = check_class(build, warn)
        warn(f"{error}\n{_NO_GATE}")
        return learned


def _request_once(build: Build, warn: Warn) -> Learned:
    """Load the component in its own process, send it one request and check its response.

    Raises BadContract, SelfCheckFailed, NotLoaded or SelfTestFailed.
    """
    contract = read_contract(build.paths.home / FILE)
    settings = _settings_of(build)
    events: queue.SimpleQueue[int] = queue.SimpleQueue()

    def report_loaded() -> None:
        if model.ready:
            events.put(_LOADED)

    model = create_component(settings, Timer(), on_failure=events.put, on_change=report_loaded)
    started = time.monotonic()
    model.start()
    try:
        _require_loaded(events.get(), build.paths.home)
        load_seconds = round(time.monotonic() - started, 2)
        learned = _learned(model.description, warn)
        _test(model, contract, settings)
        return replace(learned, load_seconds=load_seconds, peak_bytes=peak_memory(model.process_ids[0]))
    finally:
        model.stop(_STOP_SECONDS)  # a thread that the class has started may go on for ever


def _learned(description: Mapping[str, Any], warn: Warn) -> Learned:
    """What the class says of itself. `warn` is told what is odd about it, and yet no failure."""
    if description["remark"]:
        warn(description["remark"])
    return Learned(description["service_type"], description["constructor"])


def _settings_of(build: Build) -> Settings:
    """One process, and no other after a crash: the crash is a result."""
    return replace(
        build.settings,
        model_process="separate",
        model_workers=1,
        batch_max_size=1,
        restart_limit=0,
        on_crash_loop="exit",
        hang_timeout=None,
    )


def _require_loaded(code: int, home: Path) -> None:
    """Raises SelfCheckFailed or NotLoaded."""
    if code in _OF_THE_IMPORT:
        raise SelfCheckFailed(code, home)
    if code != _LOADED:
        raise NotLoaded(code, home)


def _test(model: Model, contract: Contract, settings: Settings) -> None:
    service_type = settings.served_type(model.description)
    usual = SERVICE_TYPES[service_type].main_methods  # of a TRANSFORMER that passes messages through
    main_method = [*model.description["main_methods"], *usual][0]
    method = requested_as(main_method)
    content = contract.request(method, 1, np.random.RandomState(_SEED))
    shown = f"request to {settings.model_name}.{main_method}: {_shown(content)}"
    # If the process ends now, the error says so, and the model's log would say it once more.
    logging.getLogger(model_package.__name__).addHandler(logging.NullHandler())
    try:
        response = call(model, Request(method, content, REST if "REST" in settings.apis else GRPC))
    except CallError as error:
        raise SelfTestFailed(f"SELF_TEST: {error}\n{shown}") from None
    if lines := faults(contract, response, 1):
        wrong = "\n".join(f"  {line}" for line in lines)
        raise SelfTestFailed(
            f"SELF_TEST: the response does not fit {FILE}:\n{wrong}\n{shown}\nresponse: {_shown(response)}"
        )


def _shown(message: Content) -> str:
    try:
        text = json_codec.encode_content(message).decode()
    except CallError as error:  # only gRPC can carry the message
        text = str(error)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
