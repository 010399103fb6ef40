"""The user's class as a component: which operation responds to a method, over which wire."""

import traceback

from . import compat
from .errors import CallError, NotImplementedByModel
from .payload import REST, Payload, first_of
from .user_class import batch, hooks, message_hooks, responses
from .user_class.exceptions import model_error_of
from .user_class.operations import Operations
from .user_class.service_types import METHODS, NEVER_ABSENT, SERVICE_TYPES, check_class, main_methods


class Component(object):
    """One loaded instance of the user's class. Called from one thread, the one that constructed it."""

    def __init__(self, user, service_type, unit_id):
        """service_type: a key of SERVICE_TYPES. unit_id: this node's key in `meta.routing` of a feedback."""
        check_class(user.__class__, service_type)
        self.name = user.__class__.__name__
        self._main_methods = main_methods(user.__class__, service_type)
        self._user = user
        operations = Operations(user, unit_id)
        by_method = operations.of_service_type(SERVICE_TYPES[service_type])
        self._operations = dict((wire, self._operations_of(operations, by_method, wire)) for wire in hooks.SUFFIXES)
        self._methods = sorted(name for name in METHODS if any(found[name] for found in self._operations.values()))

    def call(self, method, request, wire=REST):
        """The response to one request.

        method: a key of METHODS, health_status, metadata, or batch.METHOD. wire: selects the message hooks.
        request: Payload (an empty one for health_status and metadata); a list for `aggregate` and a batch; Feedback.
        Returns a Payload, for a batch a list. Raises CallError. An exception of the user's code is logged and becomes a
        ModelError.
        """
        operation = self._operations[wire].get(method)
        if operation is None:
            if method == NEVER_ABSENT:
                return Payload()
            raise NotImplementedByModel("%s has no method %s; it has: %s" % (
                self.name, method, ", ".join(self._methods)))
        try:
            return operation(request)
        except CallError:
            raise
        except:  # noqa: E722 - whatever the user's code raises, the classes of Python 2 that are no exceptions, too
            raise model_error_of("%s.%s" % (self.name, method), first_of(request).meta)

    def describe(self):
        """What is known of the component once it is loaded: a dict of plain values."""
        return {u"name": compat.to_text(self.name),
                u"methods": [compat.to_text(method) for method in self._methods],
                u"batches": sorted(wire for wire, found in self._operations.items() if found.get(batch.METHOD)),
                u"main_methods": [compat.to_text(method) for method in self._main_methods],
                u"class_names": self._declared("class_names"),
                u"feature_names": self._declared("feature_names"),
                u"inputs": self._declared("init_metadata", responses.declared_inputs)}

    def _declared(self, attribute, read=responses.declared_names):
        """What an attribute of the class declares; [], and a log entry, if its code raises before the first call."""
        try:
            return read(self._user, attribute)
        except:  # noqa: E722
            compat.log(u"%s.%s raised:" % (self.name, attribute), traceback.format_exc().rstrip())
            return []

    def _operations_of(self, operations, by_method, wire):
        """method -> its operation, or None. Message hooks come before the methods that take data."""
        status_hook = message_hooks.status_operation(self._user, "health_status_raw")
        found = {"health_status": status_hook or operations.health_status(), "metadata": operations.metadata()}
        for method in METHODS:
            found[method] = message_hooks.operation(self._user, method, wire) or by_method.get(method)
        if found["predict"] is by_method.get("predict"):
            found[batch.METHOD] = by_method.get(batch.METHOD)
        return found
