"""Errors in the words of the domain. Each wire maps a `reason` to its own status once."""

CANCELLED = "MICROSERVICE_CANCELLED"  # the reason of a request that nobody waits for


class CallError(Exception):
    """A call that failed. `str(error)` is the `info` that the client reads.

    reason: the wire's name for this kind of error (wire.md calls it `Status.reason`).
    status_code: an HTTP status of the user's own choice, or None for the reason's usual one.
    body: a JSON-ready dict that the user's exception answers with in place of ours, or None.
    """

    reason = "MICROSERVICE_INTERNAL_ERROR"

    def __init__(self, info, status_code=None, reason=None, body=None):
        super(CallError, self).__init__(info)
        self.info = info
        self.status_code = status_code
        self.body = body
        if reason is not None:
            self.reason = reason

    def __str__(self):
        return self.info


class BadPayload(CallError):
    """The client's message cannot be understood; `info` names the field and what was found."""

    reason = "MICROSERVICE_BAD_DATA"


class BadMetric(CallError):
    """The component reported a metric that is not one."""

    reason = "MICROSERVICE_BAD_METRIC"


class BadMetadata(CallError):
    """The component's `init_metadata` returned something that is not metadata."""

    reason = "MICROSERVICE_BAD_METADATA"


class ModelError(CallError):
    """The user's code raised, or returned what no message can carry."""


class NotImplementedByModel(CallError):
    """The user's class has no such method."""

    reason = "MICROSERVICE_NOT_IMPLEMENTED"


class Unavailable(CallError):
    """The component is loading, restarting or shutting down."""

    reason = "MICROSERVICE_UNAVAILABLE"


class BadState(Exception):
    """A component's state that cannot be saved, or a stored one that cannot be its own."""


def says_absent(error):
    """Whether an exception means that a hook is not there: NotImplementedError, or seldon_core's own word for it."""
    return isinstance(error, NotImplementedError) or any(
        cls.__name__ == "SeldonNotImplementedError" for cls in type(error).__mro__)


class StartError(Exception):
    """Why the component cannot be served. Printed as it is; the process ends with `exit_code`."""

    exit_code = 1


class ModelNotFound(StartError):
    """MODEL_NAME names no module."""

    exit_code = 11


class ClassNotFound(StartError):
    """The module has no such class."""

    exit_code = 12


class ImportFailed(StartError):
    """Importing the user's module raised."""

    exit_code = 13


class NoMainMethod(StartError):
    """The class lacks the main method of its service type, or nothing can fill its arguments."""

    exit_code = 14


class BadParameters(StartError):
    """PREDICTIVE_UNIT_PARAMETERS does not fit the constructor."""

    exit_code = 15


class LoadFailed(StartError):
    """The constructor or `load()` raised."""

    exit_code = 16


class EngineNotFound(StartError):
    """No engine for ONNX files is installed, or not the one that ONNX_ENGINE names."""

    exit_code = 20


class OnnxNotLoaded(StartError):
    """The ONNX file is broken, or holds what its engine cannot compute."""

    exit_code = 21
