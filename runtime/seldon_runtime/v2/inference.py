"""The model that is served, as a client of the Open Inference Protocol sees it: names, readiness, inference."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from seldon_component.errors import CallError, NotImplementedByModel, Unavailable
from seldon_component.payload import Payload

from ..config.settings import NO_ID, Settings
from ..errors import NotFound
from ..messages import Headers, Request
from ..model.interface import Model, why_not_ready
from . import metadata
from .from_payload import to_response
from .messages import InferRequest, InferResponse, check_outputs
from .to_payload import to_payload

log = logging.getLogger(__name__)

OnResponse = Callable[[InferResponse | None, CallError | None], None]  # one of the two is None; raises nothing
_ANY = "*"
_SERVER, _numbers = os.urandom(8).hex(), itertools.count()  # the system's random numbers are slower
_USUAL_OUTPUT = "output-0"
# service type -> the methods that an inference may mean, the first of them that the class has
_METHODS = {
    "MODEL": ("predict",),
    "TRANSFORMER": ("transform_input", "transform_output"),
    "OUTLIER_DETECTOR": ("score",),
}


def new_id() -> str:
    """An id that no other request of this or another server has."""
    return f"{_SERVER}{next(_numbers):016x}"


def _reported(error: Exception, puid: str) -> CallError:
    """The error for the client. Of our own mistakes only the log tells."""
    if isinstance(error, CallError):
        return error
    log.error("a response could not be made (puid %r)", puid, exc_info=error, extra={"fields": [("puid", puid)]})
    return CallError("the server failed on this request; its log says why")


def model_names(settings: Settings) -> tuple[str, ...]:
    """The names of the model for clients of V2 and of V1."""
    unit = settings.unit.unit_id
    names = (unit if unit != NO_ID else "", settings.component_name, *(settings.serving.v2_model_names or ()))
    return tuple(dict.fromkeys(name for name in names if name and name != _ANY))


def is_possible(service_type: str) -> bool:
    """Whether the service type has a method that an inference means."""
    return service_type in _METHODS


class Inference:
    """What both transports ask. Every method but `infer` raises CallError."""

    def __init__(self, model: Model, settings: Settings) -> None:
        self.model = model
        self._type_by = settings.served_type
        self.names = model_names(settings)
        self._takes_any_name = _ANY in (settings.serving.v2_model_names or ())
        self._read_for: dict[str, Any] | None = None  # the description that the next two are read from
        self._method, self._is_by_name = "", False
        self._output = settings.serving.v2_output_name
        self.metadata = metadata.MetadataSource(model, settings)

    def check_name(self, name: str, version: str = "") -> None:
        """Raises NotFound for a model or a version that is not served, Unavailable for a version not yet known."""
        if name not in self.names and not self._takes_any_name:
            raise NotFound(f"model: expected one of {', '.join(self.names)}, found '{name}'; V2_MODEL_NAMES adds names")
        if version:
            if not self.model.is_draining:
                self.check_ready()
            if version not in (versions := self.metadata.versions()):
                known = f"one of {', '.join(versions)}" if versions else "none, because init_metadata has no versions"
                raise NotFound(f"version of {name}: expected {known}, found '{version}'")

    def check_ready(self) -> None:
        if not self.model.ready:
            raise Unavailable(why_not_ready(self.model))

    def method(self) -> str:
        """The method that an inference calls. Raises NotImplementedByModel for a service type without one."""
        if self.model.description is not self._read_for:
            self._read_description()
        return self._method

    def is_possible(self) -> bool:
        """Whether the component's service type has a method that an inference means."""
        return is_possible(self._type_by(self.model.description))

    def _read_description(self) -> None:
        """What an inference calls, and how: once for each time that the component has been loaded."""
        description = self.model.description
        service_type = self._type_by(description)
        if not is_possible(service_type):
            raise NotImplementedByModel(
                f"SERVICE_TYPE={service_type}: expected one of {', '.join(_METHODS)} for an inference; "
                "use the paths of Seldon's protocol"
            )
        names, found = _METHODS[service_type], description.get("main_methods", ())
        name = next((name for name in names if name in found), names[0])
        self._method = "transform_input" if name == "score" else name
        self._is_by_name = description.get("inputs_by_name", False)
        self._read_for = description

    def infer(
        self,
        message: InferRequest,
        wire: str,
        puid: str,
        trace_parent: str,
        watch_client: Callable[[Callable[[], None]], None],
        on_response: OnResponse,
        headers: Headers = (),
    ) -> None:
        """Send a request on its way to the class. Raises CallError, and calls `on_response` only if it does not.

        puid: of the transport, for a message without an id; "": a new one is made.
        watch_client: called before the class can respond, with what to call if the client leaves.
        headers: for the units of a graph.
        """
        method = self._checked_method(message)
        payload = to_payload(message, puid or new_id(), self._is_by_name)
        request = Request(method, payload, wire, trace_parent)
        request.headers = headers
        names, id_ = payload.names, payload.meta["puid"]
        message.inputs = []  # they may be large, and the request has them
        watch_client(request.cancel)
        self.model.ask(request, partial(self._respond, message, names, id_, on_response))

    def _respond(
        self,
        message: InferRequest,
        names: list[str],
        puid: str,
        on_response: OnResponse,
        payload: Payload | None,
        error: CallError | None,
    ) -> None:
        """The OnAnswer of a request."""
        response, failure = None, error
        if payload is None:
            failure = failure or CallError("the component gave no response")
        else:
            try:
                response = to_response(payload, message, names, self.output_name(), puid)
            except Exception as raised:
                failure = _reported(raised, puid)
        on_response(response, failure)

    def _checked_method(self, message: InferRequest) -> str:
        """The method that the request calls. Raises CallError for a request that must not reach the class."""
        self.check_name(message.model_name, message.model_version)
        method = self.method()
        check_outputs(message.outputs)
        self.metadata.check(message)
        return method

    def output_name(self) -> str:
        """Of a single output."""
        return self._output or self.metadata.first_output() or _USUAL_OUTPUT
