"""The data of a request or of a response, free of any wire format."""

from . import compat

TENSOR, NDARRAY, TFTENSOR = u"tensor", u"ndarray", u"tftensor"
BINDATA, STRDATA, JSONDATA, CUSTOMDATA = u"binData", u"strData", u"jsonData", u"customData"
V2TENSOR, V2TENSORS = u"v2tensor", u"v2tensors"  # one tensor of the Open Inference Protocol, and several
REST, GRPC = u"rest", u"grpc"  # the wires that a request comes by
ARRAY_KINDS = frozenset([TENSOR, NDARRAY, TFTENSOR, V2TENSOR])
METRIC_TYPES = ("COUNTER", "GAUGE", "TIMER")  # of the metrics in a payload's meta, in protobuf's order


class Payload(object):
    """One message.

    kind: the wire's name for the form of `data`, one of the constants above; None without data.
    data: ndarray (dtype kind b, i, u, f, U or O; any shape) for the array kinds, text for strData,
        bytes for binData and customData, any JSON value for jsonData. An ndarray for v2tensor, a tuple of them for
        v2tensors: their dtype is kept, and elements of kind O may be bytes, too.
    names: list of text, one a column, for v2tensors one a tensor; empty when the message has none.
    meta: dict of text keys: puid, tags, routing, requestPath, metrics; of a v2tensor also parameters.
    status: dict of the wire's Status, or None.
    others: dict of what else a JSON message has, for hooks that take whole messages; None without such keys.
    """

    __slots__ = ("kind", "data", "names", "meta", "status", "others")

    def __init__(self, kind=None, data=None, names=(), meta=None, status=None, others=None):
        self.kind = kind
        self.data = data
        self.names = names
        self.meta = {} if meta is None else meta
        self.status = status
        self.others = others


class Feedback(object):
    """A reward for an earlier response. request, response, truth: Payload; reward: float; others: as of a Payload."""

    __slots__ = ("request", "response", "reward", "truth", "others")

    def __init__(self, request, response, reward, truth, others=None):
        self.request = request
        self.response = response
        self.reward = reward
        self.truth = truth
        self.others = others


def first_of(request):
    """The Payload that identifies a request: the request itself, the first of a list, the request of a Feedback."""
    if isinstance(request, Feedback):
        return request.request
    return request[0] if isinstance(request, list) else request


def is_metric(metric):
    """Whether a value from the wire is a metric, as docs/protocol.md has it."""
    if not isinstance(metric, dict) or metric.get(u"type", METRIC_TYPES[0]) not in METRIC_TYPES:
        return False
    key, tags, value = metric.get(u"key"), metric.get(u"tags", {}), metric.get(u"value")
    if not key or not isinstance(tags, dict) or isinstance(value, bool):
        return False
    are_texts = all(isinstance(text, compat.text_type) for text in [key] + list(tags.values()))
    return are_texts and isinstance(value, compat.integer_types + (float,))
