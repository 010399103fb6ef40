"""The hooks that take and return whole messages: `*_raw`, and the older `*_rest` and `*_grpc`.

Over REST a hook gets a dict, over gRPC a protobuf message. The message's class is the one that the user's code has
imported (seldon_core's, or one generated from the published fields), else our own. A hook may return either form.
"""

from ..codec import message, proto_message, values
from ..errors import BadPayload, ModelError
from ..payload import GRPC, REST, Feedback, Payload, first_of
from ..proto import classes
from . import hooks


def operations(user, method, wire):
    """The operations of the class's message hooks for a method, in the order of calling: request -> Payload."""
    names = [method + suffix for suffix in hooks.SUFFIXES[wire]]
    bound = [(name, hooks.bind(user, name, ("message",))) for name in names]
    return [_operation(name, hook, _MESSAGE_OF[wire]) for name, hook in bound if hook]


def status_operation(user, name):
    """The operation of a hook that takes no message (`health_status_raw`); None without that hook."""
    hook = hooks.bind(user, name, ())
    if hook is None:
        return None
    return lambda request: _payload(name, hook())


def _operation(name, hook, message_of):
    def operation(request):
        response = _payload(name, hook(message=message_of(request)))
        puid = first_of(request).meta.get(u"puid")
        if puid is not None:
            response.meta.setdefault(u"puid", puid)
        return response
    return operation


def _dict_of(request):
    """The request in the words of the JSON wire, made of plain values only."""
    if isinstance(request, list):
        return {u"seldonMessages": [_dict_of(element) for element in request]}
    if isinstance(request, Feedback):
        parts = dict((key, _dict_of(getattr(request, key))) for key in (u"request", u"response", u"truth"))
        return dict(parts, reward=request.reward)
    return values.plain(message.from_payload(request))


def _proto_of(request):
    name = "SeldonMessageList" if isinstance(request, list) else type(request).__name__
    try:
        filled = classes.class_in_use(_CLASSES.get(name, name))()
    except ImportError as error:
        raise ModelError("a hook for gRPC messages needs the package protobuf in requirements.txt: %s" % error)
    proto_message.fill(filled, request)
    return filled


_CLASSES = {"Payload": "SeldonMessage"}
_MESSAGE_OF = {REST: _dict_of, GRPC: _proto_of}


def _payload(name, returned):
    """The Payload of the message that a hook returned.

    Raises ModelError for a value that is not a message, BadMetric for metrics that are not valid.
    """
    if returned is None and name.startswith("send_feedback"):
        return Payload()
    try:
        if hasattr(returned, "WhichOneof"):
            return proto_message.to_payload(returned)
        if isinstance(returned, dict):
            return message.to_payload(values.plain(returned))
    except BadPayload as error:
        raise ModelError("%s returned a message that cannot be sent: %s" % (name, error))
    raise ModelError("%s: expected a message, as a dict or in protobuf, found a value of type %s" % (
        name, type(returned).__name__))
