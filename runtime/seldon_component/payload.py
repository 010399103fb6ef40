"""What travels between the wire and the user's class."""

TENSOR, NDARRAY, TFTENSOR = u"tensor", u"ndarray", u"tftensor"
BINDATA, STRDATA, JSONDATA, CUSTOMDATA = u"binData", u"strData", u"jsonData", u"customData"
REST, GRPC = u"rest", u"grpc"  # the wires that a question comes by
ARRAY_KINDS = frozenset([TENSOR, NDARRAY, TFTENSOR])
METRIC_TYPES = ("COUNTER", "GAUGE", "TIMER")  # of the metrics in a payload's meta, in protobuf's order


class Payload(object):
    """One message, free of any wire format.

    kind: the wire's name of what `data` is, one of the constants above; None where there is no data.
    data: ndarray (dtype kind b, i, u, f, U or O; any shape) for the array kinds, text for strData,
        bytes for binData and customData, any JSON value for jsonData.
    names: list of text, one a column; empty when the message has none.
    meta: dict of text keys: puid, tags, routing, requestPath, metrics.
    status: dict of the wire's Status, or None.
    """

    __slots__ = ("kind", "data", "names", "meta", "status")

    def __init__(self, kind=None, data=None, names=(), meta=None, status=None):
        self.kind = kind
        self.data = data
        self.names = names
        self.meta = {} if meta is None else meta
        self.status = status


class Feedback(object):
    """A reward for an earlier answer. request, response, truth: Payload; reward: float."""

    __slots__ = ("request", "response", "reward", "truth")

    def __init__(self, request, response, reward, truth):
        self.request = request
        self.response = response
        self.reward = reward
        self.truth = truth


def first_of(question):
    """The Payload that stands for a question: itself, the first one of a list, the request of a Feedback."""
    if isinstance(question, Feedback):
        return question.request
    return question[0] if isinstance(question, list) else question
