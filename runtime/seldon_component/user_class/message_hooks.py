"""The hooks that take and return whole messages: `*_raw`, and the older `*_rest` and `*_grpc`.

Over REST a hook gets a dict, over gRPC a protobuf message. The message's class is the one that the user's code has
imported (seldon_core's, or one generated from the published fields), else our own. A hook may return either form.
"""

import numpy as np

from .. import compat
from ..codec import message, proto_message, values
from ..errors import BadPayload, ModelError
from ..payload import GRPC, NDARRAY, REST, TENSOR, V2TENSOR, Feedback, Payload, first_of
from ..proto import classes
from . import hooks, responses


def operation(found, method, wire, is_required):
    """The name and the operation (request -> Payload) of the class's first message hook for a method, or None.

    found: the Hooks of the user's object. is_required: whether a hook that cannot be called is an error.
    """
    for name in (method + suffix for suffix in hooks.SUFFIXES[wire]):
        hook = found.find(name, ("message",), is_required=is_required)
        if hook:
            return name, _operation(name, hook, _MESSAGE_OF[wire])
    return None


def status_operation(found, name):
    """The same for a hook that takes no message (`health_status_raw`)."""
    hook = found.find(name)
    return (name, lambda request: _payload(name, hook())) if hook else None


def _operation(name, hook, message_of):
    def operation(request):
        response = _payload(name, hook(message=message_of(_seldons(request))))
        puid = first_of(request).meta.get(u"puid")
        if puid is not None:
            response.meta.setdefault(u"puid", puid)
        return response
    return operation


def _seldons(request):
    """The request. One of the Open Inference Protocol becomes a message of Seldon's."""
    if not isinstance(request, Payload) or request.kind != V2TENSOR:
        return request
    kind = TENSOR if request.data.dtype.kind in "iuf" else NDARRAY
    return Payload(kind, request.data, request.names, request.meta)


def _dict_of(request):
    """The request in the words of the JSON wire, made of plain values only."""
    if isinstance(request, list):
        return {u"seldonMessages": [_dict_of(element) for element in request]}
    if isinstance(request, Feedback):
        parts = dict((key, _dict_of(getattr(request, key))) for key in (u"request", u"response", u"truth"))
        return _joined(request.others, dict(parts, reward=request.reward))
    return _joined(request.others, values.plain(message.from_payload(request)))


def _joined(others, known):
    """A message with the keys that no message has."""
    if others:
        known.update((key, others[key]) for key in others if key not in known)
    return known


def _proto_of(request):
    name = "SeldonMessageList" if isinstance(request, list) else type(request).__name__
    try:
        filled = classes.class_in_use(_CLASSES.get(name, name))()
    except ImportError as error:
        raise ModelError("a hook for gRPC messages needs the package protobuf in requirements.txt: %s" % error)
    proto_message.fill(filled, request)
    return filled


_CLASSES = {"Payload": "SeldonMessage"}
_BRANCHES = (list, tuple, float, np.generic, np.ndarray) + compat.integer_types  # what else a route may be
_MESSAGE_OF = {REST: _dict_of, GRPC: _proto_of}


def _checked(response):
    """The Payload of a dict. Keys that no message has are left out. Raises BadPayload if there is nothing else."""
    if response.others and response.kind is None and response.status is None:
        raise BadPayload("message: expected one of data, binData, strData, jsonData, found %s" % (
            ", ".join(sorted(response.others))))
    response.others = None
    return response


def _payload(name, returned):
    """The Payload of the message that a hook returned.

    Raises ModelError for a value that is not a message, BadMetric for metrics that are not valid.
    """
    if returned is None and name.startswith("send_feedback"):
        return Payload()
    if name.startswith("route_") and isinstance(returned, _BRANCHES):
        return Payload(TENSOR, responses.branch_array(name, returned))
    try:
        if hasattr(returned, "WhichOneof"):
            return proto_message.to_payload(returned)
        if isinstance(returned, dict):
            return _checked(message.to_payload(values.plain(returned)))
    except BadPayload as error:
        raise ModelError("%s returned a message that cannot be sent: %s" % (name, error))
    raise ModelError("%s: expected a message, as a dict or in protobuf, found a value of type %s" % (
        name, type(returned).__name__))
