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


def check_class(cls, service_type):
    """Raises NoMainMethod for a class whose objects have no main method, as far as that can be told."""
    names = _names_of(service_type)
    if not SERVICE_TYPES[service_type].passes_through and not any(
            hooks.has(cls, name) or hooks.may_get(cls, name) for name in names):
        raise _no_main_method(cls, service_type)


def check_object(user, service_type):
    """Raises NoMainMethod if the loaded object has no main method. A TRANSFORMER needs none: it gets a warning."""
    if main_methods(user, service_type):
        return
    error = _no_main_method(user.__class__, service_type)
    if not SERVICE_TYPES[service_type].passes_through:
        raise error
    compat.log(u"%s. So all messages pass through" % error)


def _no_main_method(cls, service_type):
    needed = " or ".join(SERVICE_TYPES[service_type].main_methods)
    fitting = ["SERVICE_TYPE=" + other for other in SERVICE_TYPES
               if any(hooks.has(cls, name) for name in _names_of(other))]
    return NoMainMethod("SERVICE_TYPE=%s needs a method %s, which class %s lacks. Methods found: %s; write %s%s" % (
        service_type, needed, cls.__name__, ", ".join(hooks.methods_of(cls)) or "none", needed,
        ", or set " + " or ".join(fitting) if fitting else ""))


def main_methods(user, service_type):
    """The main methods of the service type that the object has, under their own names or as message hooks."""
    return [name for name in SERVICE_TYPES[service_type].main_methods
            if any(hooks.has(user, name + suffix) for suffix in _suffixes_of(name))]


def _names_of(service_type):
    return [name + suffix for name in SERVICE_TYPES[service_type].main_methods for suffix in _suffixes_of(name)]


def _suffixes_of(method):
    """Message hooks exist for the methods that a client can request."""
    return set([""]).union(*hooks.SUFFIXES.values()) if method in METHODS else [""]
