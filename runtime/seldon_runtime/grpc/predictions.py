"""The prediction services. They take the bytes of a request and send the bytes of its response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import grpc
from seldon_component.errors import CallError
from seldon_component.payload import GRPC, Payload, first_of

from ..codec import proto_codec
from ..config.settings import UnitSettings
from ..messages import Request, identify
from ..model.interface import Model
from ..model.metadata import metadata_of
from ..system.idle_memory import LARGE, idle_memory
from .deferred import DeferredHandler, PendingCall
from .failures import fail
from .services import METADATA_RPCS, RPCS, SERVICES, full_name
from .unary import Handler, RpcHandler, waiting

Handle = Callable[[bytes, PendingCall], None]
OwnRpcs = Mapping[tuple[str, str], Handler]  # a service and its RPC -> its handler
Services = dict[str, dict[str, RpcHandler]]  # full name of a service -> RPC -> its handler


def handlers(
    model: Model,
    max_message_bytes: int,
    unit: UnitSettings | None = None,
    is_graph: bool = False,
    own_rpcs: OwnRpcs | None = None,
) -> Services:
    """unit: its names, for the metadata. is_graph: whether the model is one, whose units get the calls' metadata.

    own_rpcs: of what is no plain component; in place of the usual ones.
    """
    found = {full_name(service): _rpcs(model, service, max_message_bytes, unit, is_graph) for service in SERVICES}
    for (service, rpc), handler in (own_rpcs or {}).items():
        found[full_name(service)][rpc] = waiting(handler)
    return found


def _rpcs(
    model: Model, service: str, max_message_bytes: int, unit: UnitSettings | None, is_graph: bool
) -> dict[str, RpcHandler]:
    """RPC -> its handler, for one service."""
    found: dict[str, RpcHandler] = {
        RPCS[method]: grpc.unary_unary_rpc_method_handler(
            DeferredHandler(_prediction(model, method, max_message_bytes, is_graph))
        )
        for method in SERVICES[service]
    }
    if service in METADATA_RPCS:
        found[METADATA_RPCS[service]] = waiting(lambda _: proto_codec.encode_metadata(metadata_of(model, unit)))
    return found


def _prediction(model: Model, method: str, max_message_bytes: int, is_graph: bool) -> Handle:
    def handle(body: bytes, call: PendingCall) -> None:
        if len(body) > LARGE:
            call.on_end(idle_memory.note_large_message)
        try:
            content = proto_codec.to_content(method, body, max_message_bytes)
        except Exception as error:
            return fail(call, error)
        if (puid := call.metadata("seldon-puid")) and not (meta := first_of(content).meta).get("puid"):
            meta["puid"] = puid
        request = Request(method, content, GRPC, call.metadata("traceparent"))
        if is_graph:
            request.headers = call.headers()
            call.send_metadata("seldon-puid", identify(content))
        call.on_cancel(request.cancel)
        model.ask(request, partial(_respond, call, request))

    return handle


def _respond(call: PendingCall, request: Request, payload: Payload | None, error: CallError | None) -> None:
    """Called once for each request, in a thread of the model. So it raises nothing."""
    if payload is None:
        return fail(call, error or CallError("the component gave no response"))
    try:
        body = proto_codec.encode(payload)
    except Exception as failure:
        return fail(call, failure, request)
    if len(body) > LARGE:
        call.on_end(idle_memory.note_large_message)
    call.respond(body)
