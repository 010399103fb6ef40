"""The user's class as a component: which operation responds to a method, over which wire."""

from . import compat, log_context, log_text
from .errors import CallError, NotImplementedByModel
from .payload import REST, Payload, first_of
from .user_class import batch, declarations, hooks, message_hooks
from .user_class.constructor import arguments_of
from .user_class.exceptions import model_error_of
from .user_class.operations import Operations, healthy
from .user_class.service_types import METHODS, NEVER_ABSENT, SERVICE_TYPES, main_methods, served_as

_context = log_context.current


class Component(object):
    """One loaded instance of the user's class. Called from one thread, the one that constructed it."""

    def __init__(self, user, service_type, unit_id, image=None):
        """service_type: a key of SERVICE_TYPES, or None: what the methods of the object make it.

        unit_id: this node's key in `meta.routing` of a feedback.
        image: of this node, for `meta.requestPath`; None: it is not named there.
        """
        self._served = served_as(user, service_type)
        log_context.use_this_thread()
        self.name = user.__class__.__name__
        self._main_methods = main_methods(user, self._served.name)
        self._found = hooks.Hooks(user)
        self._class = Operations(self._found, unit_id, image)
        by_method = self._class.of_service_type(SERVICE_TYPES[self._served.name])
        self._operations = dict((wire, self._operations_of(by_method, wire)) for wire in hooks.SUFFIXES)
        self._methods = sorted(name for name in METHODS if any(found[name] for found in self._operations.values()))

    def call(self, method, request, wire=REST, trace_parent=u""):
        """The response to one request.

        method: a key of METHODS, health_status, metadata, or batch.METHOD. wire: selects the message hooks.
        request: Payload (an empty one for health_status and metadata); a list for `aggregate` and a batch; Feedback.
        trace_parent: the request's header `traceparent`, or ""; those of a batch, between commas.
        Returns a Payload, for a batch a list. Raises CallError. An exception of the user's code is logged and becomes a
        ModelError.
        """
        found = self._operations[wire].get(method)
        if found is None:
            if method == NEVER_ABSENT:
                return Payload()
            raise NotImplementedByModel("%s has no method %s; it has: %s" % (
                self.name, method, ", ".join(self._methods)))
        name, operation = found
        self._found.trace_parent = trace_parent
        _context.request = request
        _context.trace_parent = trace_parent
        try:
            return operation(request)
        except CallError:
            raise
        except:  # noqa: E722 - all that the user's code raises, the classes of Python 2 that are no exceptions, too
            raise model_error_of("%s.%s" % (self.name, name), first_of(request).meta)
        finally:
            _context.request = None

    def describe(self):
        """What is known of the component once it is loaded: a dict of plain values."""
        metadata = self._declared("init_metadata", self._metadata) or declarations.declared_metadata(None)
        return {u"name": compat.to_text(self.name),
                u"service_type": compat.to_text(self._served.name),
                u"remark": compat.to_text(self._served.remark),
                u"methods": [compat.to_text(method) for method in self._methods],
                u"batches": sorted(wire for wire, found in self._operations.items() if found.get(batch.METHOD)),
                u"constructor": arguments_of(self._found.user.__class__),
                u"main_methods": [compat.to_text(method) for method in self._main_methods],
                u"class_names": self._declared("class_names", self._class.names["class_names"]),
                u"feature_names": self._declared("feature_names", self._class.names["feature_names"]),
                u"trained_features": self._declared("n_features_in_", self._trained_features) or {},
                u"checks_health": self._operations[REST]["health_status"][1] is not healthy,
                u"inputs_by_name": getattr(self._found.user, "inputs_by_name", False) is True,
                u"inputs": metadata[u"inputs"], u"outputs": metadata[u"outputs"], u"versions": metadata[u"versions"]}

    def _declared(self, attribute, read):
        """What the class declares; [], and a log entry, if its code raises before the first call."""
        try:
            return read()
        except:  # noqa: E722
            compat.log(u"%s.%s raised:" % (self.name, attribute), log_text.traceback_text())
            return []

    def _metadata(self):
        return declarations.declared_metadata(self._found.find("init_metadata"))

    def _trained_features(self):
        return declarations.trained_features(self._found.user)

    def _operations_of(self, by_method, wire):
        """method -> (name of the hook, its operation), or None. Message hooks come before all others."""
        status_hook = message_hooks.status_operation(self._found, "health_status_raw")
        found = {"health_status": status_hook or self._class.health_status(), "metadata": self._class.metadata()}
        for method in METHODS:
            is_required = method in self._main_methods and method not in by_method
            found[method] = message_hooks.operation(self._found, method, wire, is_required) or by_method.get(method)
        if found["predict"] is by_method.get("predict"):
            found[batch.METHOD] = by_method.get(batch.METHOD)
        return found
