"""SeldonMessage as a protobuf object <-> Payload, the meaning of the gRPC wire (docs/protocol.md, "Kinds of data").

Works on the objects of any generated code that has the published fields. It imports no protobuf itself.
A protobuf number is a double. Integers beyond 2**53 lose their last digits, and every number of an `ndarray`, of
`jsonData` and of the tags arrives as a float. The 32-bit fields (reward, a metric's value) arrive as the shortest
decimal with that value: 0.1, not 0.10000000149011612.
"""

import numpy as np

from ..errors import BadPayload, ModelError
from ..payload import (
    ARRAY_KINDS,
    BINDATA,
    CUSTOMDATA,
    JSONDATA,
    METRIC_TYPES,
    NDARRAY,
    STRDATA,
    TENSOR,
    TFTENSOR,
    Feedback,
    Payload,
)
from . import arrays, tensor_proto
from .message import STATUS_FLAGS


def to_payload(message, field=u"", room=None):
    """Payload of a SeldonMessage; `field` prefixes the names in errors. Raises BadPayload.

    room: the tensor_proto.Room of a message that is one of several.
    """
    meta = _meta(message.meta, _join(field, u"meta"))
    status = _status(message.status) if message.HasField("status") else None
    key = message.WhichOneof("data_oneof")
    if not key:
        return Payload(meta=meta, status=status)
    kind, data, names = _READERS[key](getattr(message, key), _join(field, key), room)
    return Payload(kind, data, names, meta, status)


def to_payloads(message):
    """List of Payload of a SeldonMessageList. Raises BadPayload."""
    if not message.seldonMessages:
        raise BadPayload("seldonMessages: expected a list of messages, found an empty list")
    room = tensor_proto.Room()
    return [to_payload(element, u"seldonMessages[%d]" % index, room)
            for index, element in enumerate(message.seldonMessages)]


def to_feedback(message):
    """Feedback of a protobuf Feedback; request, response and truth may be missing. Raises BadPayload."""
    parts = [to_payload(getattr(message, key), key) for key in (u"request", u"response", u"truth")]
    return Feedback(parts[0], parts[1], _shortest(message.reward), parts[2])


def fill(message, content):
    """Write a Payload, a list of them or a Feedback into an empty message of the matching class.

    Raises ModelError for a value that protobuf cannot carry.
    """
    try:
        _fill(message, content)
    except Exception as error:  # protobuf's own classes are among them, and this file may not import protobuf
        raise ModelError("the message cannot be sent over gRPC: %s" % error)


def _fill(message, content):
    if isinstance(content, list):
        for element in content:
            _fill_message(message.seldonMessages.add(), element)
    elif isinstance(content, Feedback):
        for key in ("request", "response", "truth"):
            _fill_message(getattr(message, key), getattr(content, key))
        message.reward = content.reward
    else:
        _fill_message(message, content)


# readers: (value, field, room) -> (kind, data, names)


def _data(data, field, room):
    kind = data.WhichOneof("data_oneof")
    if kind is None:
        raise BadPayload("%s: expected one of tensor, ndarray, tftensor, found none of them" % field)
    value, where, names = getattr(data, kind), _join(field, kind), list(data.names)
    if kind == TFTENSOR:
        return kind, tensor_proto.from_message(value, where, room), names
    return kind, _ARRAY_READERS[kind](value, where), names


_ARRAY_READERS = {
    TENSOR: lambda tensor, field: arrays.from_values(
        np.fromiter(tensor.values, np.float64, len(tensor.values)), list(tensor.shape), field),
    NDARRAY: lambda values, field: arrays.from_nested([_plain(value) for value in values.values], field),
}
_READERS = {
    "data": _data,
    BINDATA: lambda value, field, room: (BINDATA, value, ()),
    STRDATA: lambda value, field, room: (STRDATA, value, ()),
    JSONDATA: lambda value, field, room: (JSONDATA, _plain(value), ()),
    CUSTOMDATA: lambda value, field, room: (CUSTOMDATA, value.SerializeToString(), ()),
}


def _plain(value):
    """A google.protobuf.Value as plain Python."""
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return [_plain(element) for element in value.list_value.values]
    if kind == "struct_value":
        return dict((key, _plain(element)) for key, element in value.struct_value.fields.items())
    return None if kind in (None, "null_value") else getattr(value, kind)


def _meta(message, field):
    meta = {}
    if message.puid:
        meta[u"puid"] = message.puid
    if message.tags:
        meta[u"tags"] = dict((key, _plain(value)) for key, value in message.tags.items())
    for key in (u"routing", u"requestPath"):
        if getattr(message, key):
            meta[key] = dict(getattr(message, key))
    if message.metrics:
        meta[u"metrics"] = [_metric(metric, field) for metric in message.metrics]
    return meta


def _metric(message, field):
    if message.type >= len(METRIC_TYPES):
        raise BadPayload("%s.metrics: type of '%s': expected 0 to %d, found %d" % (
            field, message.key, len(METRIC_TYPES) - 1, message.type))
    metric = {u"key": message.key, u"type": METRIC_TYPES[message.type], u"value": _shortest(message.value)}
    if message.tags:
        metric[u"tags"] = dict(message.tags)
    return metric


def _status(message):
    flag = STATUS_FLAGS[message.status] if message.status in (0, 1) else message.status
    return {u"code": message.code, u"info": message.info, u"reason": message.reason, u"status": flag}


def _shortest(value):
    return float(str(np.float32(value)))


def _fill_message(message, payload):
    kind, data = payload.kind, payload.data
    if kind in ARRAY_KINDS:
        message.data.names.extend(payload.names)
        _ARRAY_WRITERS[kind](getattr(message.data, kind), data)
    elif kind == JSONDATA:
        _fill_value(message.jsonData, data)
    elif kind == CUSTOMDATA:
        message.customData.ParseFromString(data)
        message.customData.SetInParent()
    elif kind is not None:
        setattr(message, kind, data)
    _fill_meta(message.meta, payload.meta)
    if payload.status is not None:
        _fill_status(message.status, payload.status)


def _fill_tensor(message, array):
    message.SetInParent()
    message.shape.extend(array.shape)
    message.values.extend(array.ravel().tolist())


def _fill_list(message, array):
    message.SetInParent()
    for element in array.tolist():
        _fill_value(message.values.add(), element)


_ARRAY_WRITERS = {TENSOR: _fill_tensor, NDARRAY: _fill_list, TFTENSOR: tensor_proto.fill}


def _fill_value(message, value):
    if value is None:
        message.null_value = 0
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, dict):
        message.struct_value.SetInParent()
        for key, element in value.items():
            _fill_value(message.struct_value.fields[key], element)
    elif isinstance(value, list):
        message.list_value.SetInParent()
        for element in value:
            _fill_value(message.list_value.values.add(), element)
    elif hasattr(value, "encode"):
        message.string_value = value
    elif value - value == 0:
        message.number_value = value
    else:
        message.null_value = 0  # protobuf's own JSON knows no NaN and no infinity in a Value


def _fill_meta(message, meta):
    message.puid = meta.get(u"puid", u"")
    for key, value in meta.get(u"tags", {}).items():
        _fill_value(message.tags[key], value)
    for key in (u"routing", u"requestPath"):
        for name, value in meta.get(key, {}).items():
            getattr(message, key)[name] = value
    for metric in meta.get(u"metrics", ()):
        added = message.metrics.add(key=metric["key"], type=METRIC_TYPES.index(metric["type"]))
        added.value = metric["value"]
        for key, value in metric.get("tags", {}).items():
            added.tags[key] = value


def _fill_status(message, status):
    for key in (u"code", u"info", u"reason"):
        setattr(message, key, status.get(key) or getattr(message, key))
    flag = status.get(u"status") or 0
    message.status = STATUS_FLAGS.index(flag) if flag in STATUS_FLAGS else flag


def _join(field, key):
    return u"%s.%s" % (field, key) if field else key
