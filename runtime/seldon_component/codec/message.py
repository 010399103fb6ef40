"""SeldonMessage as a dict of plain values <-> Payload, the meaning of the JSON wire.

docs/protocol.md, "Kinds of data" and "Metadata", has the rules.
"""

import base64
import binascii
import re

from .. import compat
from .. import payload as payloads
from ..errors import BadPayload, ModelError
from ..payload import ARRAY_KINDS, BINDATA, CUSTOMDATA, JSONDATA, NDARRAY, STRDATA, TENSOR, TFTENSOR, Feedback, Payload
from . import arrays, tensor_proto

_BASE64 = re.compile(b"[A-Za-z0-9+/]*={0,2}$")
_WHITE_SPACE = b" \t\n\r\v\f"
STATUS_FLAGS = (u"SUCCESS", u"FAILURE")
_DATA_KEYS = (u"data", BINDATA, STRDATA, JSONDATA)
_KEYS = frozenset(_DATA_KEYS + (u"meta", u"status"))
_FEEDBACK_KEYS = frozenset([u"request", u"response", u"reward", u"truth"])
_ARRAY_KEYS = tuple(sorted([NDARRAY, TENSOR, TFTENSOR]))
_TEXT = frozenset([compat.text_type])


def to_payload(message, field=u"", room=None):
    """Payload of a decoded message; `field` prefixes the names in errors. Raises BadPayload.

    room: the tensor_proto.Room of a message that is one of several.
    """
    _expect(message, dict, field or u"message", "an object")
    meta = _meta(message, field) if u"meta" in message else {}
    status = _status(message, field) if u"status" in message else None
    found = [key for key in _DATA_KEYS if key in message and (message[key] is not None or key == JSONDATA)]
    if len(found) > 1:
        raise BadPayload("%s: expected only one of %s, found %s" % (
            field or u"message", ", ".join(_DATA_KEYS), " and ".join(found)))
    others = None if _KEYS.issuperset(message) else _others(message, _KEYS)
    if not found:
        return Payload(meta=meta, status=status, others=others)
    key = found[0]
    kind, data, names = _READERS[key](message[key], _join(field, key), room)
    return Payload(kind, data, names, meta, status, others)


def to_payloads(message):
    """List of Payload of a SeldonMessageList, or of a bare list of messages. Raises BadPayload."""
    key, messages = u"", message
    if isinstance(message, dict):
        key, messages = u"seldonMessages", message.get(u"seldonMessages")
    if not isinstance(messages, list) or not messages:
        raise BadPayload("seldonMessages: expected a list of messages, found %s" % (
            "an empty list" if messages == [] else arrays.describe(messages)))
    room = tensor_proto.Room()
    return [to_payload(element, u"%s[%d]" % (key, index), room) for index, element in enumerate(messages)]


def to_feedback(message):
    """Feedback of a decoded message; request, response and truth may be missing. Raises BadPayload."""
    _expect(message, dict, u"feedback", "an object")
    parts = [to_payload({} if message.get(key) is None else message[key], key)
             for key in (u"request", u"response", u"truth")]
    reward = message.get(u"reward")
    if reward is None:
        reward = 0.0
    if isinstance(reward, bool) or not isinstance(reward, compat.integer_types + (float,)):
        raise BadPayload("reward: expected a number, found %s" % arrays.describe(reward))
    try:
        return Feedback(parts[0], parts[1], float(reward), parts[2], _others(message, _FEEDBACK_KEYS))
    except OverflowError:
        raise BadPayload("reward: expected a number of 64 bits, found %s" % arrays.describe(reward))


def from_payload(payload):
    """The message dict of a Payload. Array data stays an ndarray: flat in `tensor.values`, nested in `ndarray`.

    Raises ModelError for customData, which JSON cannot carry.
    """
    message = {}
    if payload.kind in ARRAY_KINDS:
        message[u"data"] = {u"names": list(payload.names), payload.kind: _array_body(payload)}
    elif payload.kind == BINDATA:
        message[BINDATA] = base64.b64encode(payload.data).decode("ascii")
    elif payload.kind == CUSTOMDATA:
        raise ModelError("customData can be sent over gRPC only")
    elif payload.kind is not None:
        message[payload.kind] = payload.data
    message[u"meta"] = payload.meta
    if payload.status is not None:
        message[u"status"] = payload.status
    return message


def _others(message, keys):
    """What a message has besides `keys`, or None. A value that is nested too deeply for a frame is left out."""
    others = dict((key, value) for key, value in message.items() if key not in keys and _is_shallow(value))
    return others or None


def _is_shallow(value):
    try:
        arrays.check_depth([value], u"")
    except BadPayload:
        return False
    return True


def _array_body(payload):
    data = payload.data
    if payload.kind == TFTENSOR:
        return tensor_proto.to_json(data)
    if data.dtype.kind == "f" and data.itemsize < 8:
        data = data.astype(float)  # all digits of a narrow float, as both generations of the wrapper sent them
    if payload.kind == TENSOR:
        return {u"shape": list(data.shape), u"values": arrays.row_major(data)}
    return data


# readers: (value, field, room) -> (kind, data, names)


def _data(data, field, room):
    _expect(data, dict, field, "an object")
    names = data.get(u"names")
    names = [] if names is None else _names(names, field + u".names")
    found = [kind for kind in _ARRAY_KEYS if kind in data and data[kind] is not None]
    if len(found) != 1:
        raise BadPayload("%s: expected one of tensor, ndarray, tftensor, found %s" % (
            field, " and ".join(found) or ", ".join(sorted(data)) or "an empty object"))
    kind = found[0]
    where = field + u"." + kind
    if kind == TFTENSOR:
        return kind, tensor_proto.from_json(data[kind], where, room), names
    return kind, _ARRAY_READERS[kind](data[kind], where), names


def _tensor(value, field):
    _expect(value, dict, field, "an object")
    for key in (u"shape", u"values"):
        if key not in value:
            raise BadPayload("%s.%s is missing" % (field, key))
    return arrays.from_values(value[u"values"], value[u"shape"], field)


_ARRAY_READERS = {TENSOR: _tensor, NDARRAY: arrays.from_nested}


def _names(names, field):
    if isinstance(names, list) and _TEXT.issuperset(map(type, names)):
        return names
    _expect(names, list, field, "a list of text")
    for name in names:
        _expect(name, compat.text_type, field, "text")
    return names


def _binary(value, field, room):
    _expect(value, compat.text_type, field, "base64 text")
    compact = value.encode("ascii", "replace").translate(None, _WHITE_SPACE)  # "?" is not in base64
    if len(compact) % 4 or not _BASE64.match(compact):
        raise BadPayload("%s: expected base64 text, found %s" % (field, arrays.describe(value)))
    return BINDATA, binascii.a2b_base64(compact), ()


def _text(value, field, room):
    _expect(value, compat.text_type, field, "text")
    return STRDATA, value, ()


def _json(value, field, room):
    if isinstance(value, (list, dict)):
        arrays.check_depth(value, field)
    return JSONDATA, value, ()


_READERS = {u"data": _data, BINDATA: _binary, STRDATA: _text, JSONDATA: _json}
_STATUS_KEYS = ((u"code", compat.integer_types, "an integer"), (u"info", compat.text_type, "text"),
                (u"reason", compat.text_type, "text"))
_META_KEYS = ((u"tags", dict, "an object"), (u"routing", dict, "an object"), (u"requestPath", dict, "an object"),
              (u"metrics", list, "a list"), (u"puid", compat.text_type, "text"))


def _is_branch(value):
    return isinstance(value, compat.integer_types) and not isinstance(value, bool) and -2 ** 31 <= value < 2 ** 31


def _is_text(value):
    return isinstance(value, compat.text_type)


_META_VALUES = ((u"routing", _is_branch, "an integer of 32 bits"), (u"requestPath", _is_text, "text"))


def _meta(message, field):
    meta = message.get(u"meta")
    if meta is None:
        return {}
    where = _join(field, u"meta")
    _expect(meta, dict, where, "an object")
    for key, kind, words in _META_KEYS:
        if meta.get(key) is not None:
            _expect(meta[key], kind, _join(where, key), words)
            arrays.check_depth(meta[key] if kind in (dict, list) else (), _join(where, key))
    for key, fits, words in _META_VALUES:
        for unit, value in (meta.get(key) or {}).items():
            if not fits(value):
                raise BadPayload("%s.%s.%s: expected %s, found %s" % (where, key, unit, words, arrays.describe(value)))
    found = dict((key, meta[key]) for key, _, _ in _META_KEYS if meta.get(key) is not None)
    if u"metrics" in found:  # of earlier units; what no response may have is left out
        found[u"metrics"] = [metric for metric in found[u"metrics"] if payloads.is_metric(metric)]
    return found


def _status(message, field):
    """The wire's Status, with its flag by name; None if the message has none."""
    status = message.get(u"status")
    if status is None:
        return None
    where, checked = _join(field, u"status"), {}
    _expect(status, dict, where, "an object")
    for key, kind, words in _STATUS_KEYS:
        if status.get(key) is not None:
            _expect(status[key], kind, _join(where, key), words)
            checked[key] = status[key]
    if status.get(u"status") is not None:
        checked[u"status"] = _flag(status[u"status"], _join(where, u"status"))
    return checked


def _flag(value, field):
    if isinstance(value, compat.integer_types) and not isinstance(value, bool) and value in (0, 1):
        return STATUS_FLAGS[value]
    if value not in STATUS_FLAGS:
        raise BadPayload("%s: expected %s or %s, or their numbers 0 and 1, found %s" % (
            (field,) + STATUS_FLAGS + (arrays.describe(value),)))
    return value


def _expect(value, kind, field, words):
    if not isinstance(value, kind):
        raise BadPayload("%s: expected %s, found %s" % (field, words, arrays.describe(value)))


def _join(field, key):
    return u"%s.%s" % (field, key) if field else key

