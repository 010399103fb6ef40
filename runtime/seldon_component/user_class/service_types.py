"""The service types and the methods of the user's class. A new service type is one row here."""

import collections

from .. import compat
from ..errors import NoMainMethod
from . import hooks

MESSAGE, LIST, FEEDBACK = u"message", u"list", u"feedback"  # what a request holds: one Payload, a list, a Feedback
_FEATURES = ("features", "names")

# One method of the user's class.
#   takes: MESSAGE, LIST or FEEDBACK.
#   arguments: the roles of its arguments, in the historical order.
#   requested_as: the method that a client requests to have this one called.
Method = collections.namedtuple("Method", "name takes arguments requested_as")

_ROWS = (
    Method("predict", MESSAGE, _FEATURES, "predict"),
    Method("route", MESSAGE, _FEATURES, "route"),
    Method("transform_input", MESSAGE, _FEATURES, "transform_input"),
    Method("transform_output", MESSAGE, _FEATURES, "transform_output"),
    Method("aggregate", LIST, _FEATURES, "aggregate"),
    Method("score", MESSAGE, _FEATURES, "transform_input"),
    Method("send_feedback", FEEDBACK, _FEATURES + ("reward", "truth", "routing"), "send_feedback"),
)
USER_METHODS = collections.OrderedDict((row.name, row) for row in _ROWS)
# a class that lacks this method has nothing to learn: its response is an empty message, as in both generations
NEVER_ABSENT = "send_feedback"
USUAL = "MODEL"  # the service type of a class whose methods fit several
# those that a client can request: name -> Method
METHODS = collections.OrderedDict((row.name, row) for row in _ROWS if row.requested_as == row.name)


class ServiceType(collections.namedtuple("ServiceType", "name main_methods feedback_arguments passes_through")):
    """One service type.

    main_methods: names of methods; a class must have at least one of them.
    feedback_arguments: the roles of the arguments of `send_feedback`, in the historical order.
    passes_through: whether a request passes through unchanged if the class lacks the main method for it.
    """

    __slots__ = ()

    def arguments_of(self, method):
        """The roles of a method's arguments in the historical order. method: a name in USER_METHODS."""
        return self.feedback_arguments if method == "send_feedback" else USER_METHODS[method].arguments

    @property
    def methods(self):
        """name -> Method, for the methods that it calls. A `score` of another service type's class is not ours."""
        return collections.OrderedDict(
            (name, method) for name, method in USER_METHODS.items() if name in METHODS or name in self.main_methods)


_FEEDBACK = USER_METHODS["send_feedback"].arguments
_ROUTER_FEEDBACK = _FEATURES + ("routing", "reward", "truth")
SERVICE_TYPES = collections.OrderedDict((row.name, row) for row in (
    ServiceType("MODEL", ("predict",), _FEEDBACK, passes_through=False),
    ServiceType("ROUTER", ("route",), _ROUTER_FEEDBACK, passes_through=False),
    ServiceType("TRANSFORMER", ("transform_input", "transform_output"), _FEEDBACK, passes_through=True),
    ServiceType("COMBINER", ("aggregate",), _FEEDBACK, passes_through=False),
    ServiceType("OUTLIER_DETECTOR", ("score",), _FEEDBACK, passes_through=False),
))


def requested_as(main_method):
    """The method that a client requests to have a main method called: `transform_input` for `score`."""
    return USER_METHODS[main_method].requested_as


# How an object is served. name: a key of SERVICE_TYPES. remark: a line on the declared service type, or "".
Served = collections.namedtuple("Served", "name remark")


def check_class(cls, declared):
    """How its objects will be served, see `served_as`, as far as the class alone tells it.

    declared: SERVICE_TYPE, or None. Raises NoMainMethod for a class whose objects can have no main method of any type.
    """
    found = [name for name in SERVICE_TYPES if main_methods(cls, name)]
    usual = declared or USUAL
    if usual in found or SERVICE_TYPES[usual].passes_through:
        return Served(usual, u"")
    if any(hooks.may_get(cls, each) for each in _names_of(usual)):
        return Served(usual, u"")
    if found:
        return Served(found[0], _remark(cls, cls.__name__, declared, found))
    if any(hooks.may_get(cls, each) for name in SERVICE_TYPES for each in _names_of(name)):
        return Served(usual, u"")
    raise _no_main_method(cls, usual)


def served_as(user, declared):
    """How a loaded object is served: as the declared service type, or as what its methods make it.

    In Seldon Core 1.x, nothing compared SERVICE_TYPE with the methods, so folders exist that declare another type.
    declared: SERVICE_TYPE, or None. A TRANSFORMER needs no methods. Raises NoMainMethod for an object without any.
    """
    found = [name for name in SERVICE_TYPES if main_methods(user, name)]
    usual = declared or USUAL
    if usual in found:
        return Served(usual, u"")
    if SERVICE_TYPES[usual].passes_through:
        compat.log(u"%s. So all messages pass through" % _no_main_method(user.__class__, usual))
        return Served(usual, u"")
    if not found:
        raise _no_main_method(user.__class__, usual)
    return Served(found[0], _remark(user, user.__class__.__name__, declared, found))


def _remark(owner, name, declared, found):
    """What to set in place of a declared service type. owner: the object or its class, with its name.

    found: the service types whose methods it has.
    """
    if declared is None:
        return u""
    methods = [method for each in found for method in main_methods(owner, each)]
    return u"SERVICE_TYPE: expected %s, by the methods of class %s (%s), found '%s'; set %s" % (
        u" or ".join(found), name, u", ".join(methods), declared,
        u" or ".join(u"SERVICE_TYPE=" + each for each in found))


def _no_main_method(cls, service_type):
    needed = " or ".join(SERVICE_TYPES[service_type].main_methods)
    fitting = ["SERVICE_TYPE=" + other for other in SERVICE_TYPES
               if any(hooks.has(cls, name) for name in _names_of(other))]
    return NoMainMethod("SERVICE_TYPE=%s needs a method %s, which class %s lacks. Methods found: %s; write %s%s" % (
        service_type, needed, cls.__name__, ", ".join(hooks.methods_of(cls)) or "none", needed,
        ", or set " + " or ".join(fitting) if fitting else ""))


def main_methods(user, service_type):
    """The main methods of the service type that an object or a class has, under their own names or as message hooks."""
    return [name for name in SERVICE_TYPES[service_type].main_methods
            if any(hooks.has(user, name + suffix) for suffix in _suffixes_of(name))]


def requestable_methods(cls):
    """Sorted names of METHODS that a class has, or its objects may get, under their own names or as message hooks."""
    has_score = hooks.has(cls, "score")  # an outlier detector's; it is requested as a transformer's method
    return [compat.to_text(name) for name in sorted(METHODS)
            if any(hooks.has(cls, each) for each in _hooks_of(name)) or hooks.may_get(cls, name)
            or has_score and name == USER_METHODS["score"].requested_as]


def _names_of(service_type):
    return [each for name in SERVICE_TYPES[service_type].main_methods for each in _hooks_of(name)]


def _hooks_of(method):
    return [method + suffix for suffix in _suffixes_of(method)]


def _suffixes_of(method):
    """Message hooks exist for the methods that a client can request."""
    return set([""]).union(*hooks.SUFFIXES.values()) if method in METHODS else [""]
