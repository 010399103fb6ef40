"""The service of the Open Inference Protocol (V2). It translates between its RPCs and `v2.inference`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import grpc
from seldon_component.errors import BadPayload, CallError
from seldon_component.payload import GRPC

from ..messages import Headers
from ..system.idle_memory import LARGE, idle_memory
from ..v2 import proto_messages, server_facts
from ..v2.inference import Inference, new_id
from ..v2.messages import InferResponse
from ..v2.proto_classes import DecodeError, message_class
from .deferred import DeferredHandler, PendingCall
from .failures import fail
from .unary import Handler, RpcHandler, quick, waiting

_Fields = dict[str, Any]


class InferenceService:
    """The RPCs of one model. ModelMetadata alone waits for the component."""

    def __init__(self, inference: Inference, max_message_bytes: int, is_graph: bool = False) -> None:
        """max_message_bytes: of a request, which limit the memory of what is in it, too.

        is_graph: whether the model is one, whose units get the calls' metadata.
        """
        self._is_graph = is_graph
        self._inference = inference
        self._largest = max_message_bytes

    def handlers(self) -> dict[str, RpcHandler]:
        """RPC -> its handler."""
        functions: dict[str, Callable[[Any], _Fields]] = {
            "ServerLive": self._server_live,
            "ServerReady": self._server_ready,
            "ModelReady": self._model_ready,
            "ServerMetadata": self._server_metadata,
            "RepositoryIndex": self._index,
            "RepositoryModelLoad": self._load,
            "RepositoryModelUnload": self._unload,
        }
        found = {rpc: quick(_handler(rpc, function)) for rpc, function in functions.items()}
        found["ModelMetadata"] = waiting(_handler("ModelMetadata", self._model_metadata))
        found["ModelInfer"] = grpc.unary_unary_rpc_method_handler(DeferredHandler(self._infer))
        return found

    def _infer(self, body: bytes, call: PendingCall) -> None:
        if len(body) > LARGE:
            call.on_end(idle_memory.note_large_message)
        try:
            message, as_raw = proto_messages.read(body, self._largest)
            puid = call.metadata("seldon-puid") or call.metadata("x-request-id")
            trace_parent = call.metadata("traceparent")
            on_response = partial(_respond, call, as_raw)
            headers: Headers = ()
            if self._is_graph:
                puid = message.id or puid or new_id()
                headers = call.headers()
                call.send_metadata("seldon-puid", puid)
            self._inference.infer(message, GRPC, puid, trace_parent, call.on_cancel, on_response, headers)
        except Exception as error:
            fail(call, error)

    # The functions of the RPCs: the message of a request -> the fields of its response. They raise CallError.

    def _server_live(self, request: Any) -> _Fields:
        return {"live": True}

    def _server_ready(self, request: Any) -> _Fields:
        return {"ready": self._inference.model.ready}

    def _model_ready(self, request: Any) -> _Fields:
        is_ready = self._inference.model.ready
        self._inference.check_name(request.name, request.version if is_ready else "")
        return {"ready": is_ready}

    def _server_metadata(self, request: Any) -> _Fields:
        return server_facts.server_metadata()

    def _model_metadata(self, request: Any) -> _Fields:
        self._inference.check_name(request.name, request.version)
        return self._inference.metadata.document(request.name)

    def _index(self, request: Any) -> _Fields:
        return {"models": server_facts.index(self._inference, request.ready)}

    def _load(self, request: Any) -> _Fields:
        server_facts.load(self._inference, name := _name_of(request))
        return {"model_name": name, "isLoaded": True}

    def _unload(self, request: Any) -> _Fields:
        server_facts.unload(self._inference, name := _name_of(request))
        return {"model_name": name, "isUnloaded": True}


def _respond(call: PendingCall, as_raw: bool, response: InferResponse | None, error: CallError | None) -> None:
    """The OnResponse of a request: in a thread of the model's, so it raises nothing."""
    if response is None:
        return fail(call, error or CallError("the component gave no response"))
    try:
        body = proto_messages.write(response, as_raw)
    except Exception as failure:
        return fail(call, failure)
    if len(body) > LARGE:
        call.on_end(idle_memory.note_large_message)
    call.respond(body)


def _name_of(request: Any) -> str:
    """The model of a request to the repository: KServe's clients have its name in field 1, all others in field 2."""
    return str(request.model_name or request.repository_name)


def _handler(rpc: str, function: Callable[[Any], _Fields]) -> Handler:
    """function: the message of a request -> the fields of its response."""
    request_class, response_class = message_class(f"{rpc}Request"), message_class(f"{rpc}Response")

    def handle(body: bytes) -> bytes:
        try:
            request = request_class.FromString(body)
        except DecodeError as error:
            raise BadPayload(f"the request is no inference.{rpc}Request: {error}") from None
        encoded: bytes = response_class(**function(request)).SerializeToString()
        return encoded

    return handle
