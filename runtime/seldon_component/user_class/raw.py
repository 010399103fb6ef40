"""The hooks that take and give whole messages: `*_raw`, and the older `*_rest` and `*_grpc`.

Over REST they get a dict, over gRPC a protobuf message: of the class that the user's code has imported (seldon_core's,
or one generated from the published fields), else of our own. They may answer with either.
"""

from ..codec import arrays, message, proto_message
from ..errors import BadPayload, ModelError
from ..payload import GRPC, REST, Feedback, Payload, first_of
from ..proto import classes
from . import hooks


def operations(user, method, wire):
    """The class's message hooks for a method, in the order of asking: functions of a question that return a Payload."""
    names = [method + suffix for suffix in hooks.SUFFIXES[wire]]
    bound = [(name, hooks.bind(user, name, ("message",))) for name in names]
    return [_operation(name, hook, _QUESTIONS[wire]) for name, hook in bound if hook]


def status_operation(user, name):
    """A hook that is asked without a message (`health_status_raw`), or None."""
    hook = hooks.bind(user, name, ())
    return hook and (lambda question: _payload(name, hook()))


def _operation(name, hook, question_for):
    def operation(question):
        answer = _payload(name, hook(message=question_for(question)))
        puid = first_of(question).meta.get(u"puid")
        if puid is not None:
            answer.meta.setdefault(u"puid", puid)
        return answer
    return operation


def _dict_of(question):
    """The question as the JSON wire says it, of plain values alone."""
    if isinstance(question, list):
        return {u"seldonMessages": [_dict_of(one) for one in question]}
    if isinstance(question, Feedback):
        parts = dict((key, _dict_of(getattr(question, key))) for key in (u"request", u"response", u"truth"))
        return dict(parts, reward=question.reward)
    return arrays.plain(message.from_payload(question))


def _proto_of(question):
    name = "SeldonMessageList" if isinstance(question, list) else type(question).__name__
    try:
        made = classes.class_in_use(_CLASSES.get(name, name))()
    except ImportError as error:
        raise ModelError("a hook for gRPC messages needs the package protobuf in requirements.txt: %s" % error)
    proto_message.fill(made, question)
    return made


_CLASSES = {"Payload": "SeldonMessage"}
_QUESTIONS = {REST: _dict_of, GRPC: _proto_of}


def _payload(name, answer):
    """What a message hook answered. Raises ModelError when it is no message, BadMetric for metrics that are none."""
    if answer is None and name.startswith("send_feedback"):
        return Payload()
    try:
        if hasattr(answer, "WhichOneof"):
            return proto_message.to_payload(answer)
        if isinstance(answer, dict):
            return message.to_payload(arrays.plain(answer))
    except BadPayload as error:
        raise ModelError("%s returned a message that cannot be sent: %s" % (name, error))
    raise ModelError("%s returned a value of type %s; return a message, as a dict or in protobuf" % (
        name, type(answer).__name__))
