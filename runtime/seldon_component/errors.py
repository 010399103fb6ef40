"""Errors in the words of the domain. Each wire maps a `reason` to its own status in one place."""

from . import exit_codes
from .log_text import shortened

CANCELLED = "MICROSERVICE_CANCELLED"  # the reason of a request that nobody waits for
LONGEST_INFO = 10000  # characters: an exception of the user's code may quote all of its data


class CallError(Exception):
    """A call that failed. `str(error)` is the `info` that the client reads; the middle of a long one is left out.

    reason: the wire's name for this kind of error: `reason` of the status (docs/protocol.md, "Errors").
    status_code: an HTTP status that the user's code has chosen; None for the usual one of the reason.
    body: a JSON-ready dict that the user's exception sends in place of ours; None without one.
    """

    reason = "MICROSERVICE_INTERNAL_ERROR"

    def __init__(self, info, status_code=None, reason=None, body=None):
        self.info = shortened(info, LONGEST_INFO)
        super(CallError, self).__init__(self.info)
        self.status_code = status_code
        self.body = body
        if reason is not None:
            self.reason = shortened(reason, LONGEST_INFO)

    def __str__(self):
        return self.info


class BadPayload(CallError):
    """The client's message cannot be understood; `info` names the field and what was found."""

    reason = "MICROSERVICE_BAD_DATA"


class BadMetric(CallError):
    """The component returned a metric that is not valid."""

    reason = "MICROSERVICE_BAD_METRIC"


class BadMetadata(CallError):
    """The component's `init_metadata` returned a value that is not metadata."""

    reason = "MICROSERVICE_BAD_METADATA"


class ModelError(CallError):
    """The user's code raised, or returned a value that no message can carry."""


class NotImplementedByModel(CallError):
    """The user's class has no such method."""

    reason = "MICROSERVICE_NOT_IMPLEMENTED"


class Unavailable(CallError):
    """The component is loading, restarting or shutting down."""

    reason = "MICROSERVICE_UNAVAILABLE"


class BadState(Exception):
    """A state of a component that cannot be saved, or a stored state that does not fit the component."""


class StartError(Exception):
    """Why the component cannot be served. Its text is printed, and the process ends with `exit_code`."""

    exit_code = 1


class ModelNotFound(StartError):
    """MODEL_NAME names no module."""

    exit_code = exit_codes.MODEL_NOT_FOUND


class ClassNotFound(StartError):
    """The module has no such class."""

    exit_code = exit_codes.CLASS_NOT_FOUND


class ImportFailed(StartError):
    """Importing the user's module raised."""

    exit_code = exit_codes.IMPORT_FAILED


class NoMainMethod(StartError):
    """The class lacks the main method of its service type, or a method has an argument that nothing fills."""

    exit_code = exit_codes.NO_MAIN_METHOD


class BadParameters(StartError):
    """PREDICTIVE_UNIT_PARAMETERS does not fit the constructor."""

    exit_code = exit_codes.BAD_PARAMETERS


class LoadFailed(StartError):
    """The constructor or `load()` raised."""

    exit_code = exit_codes.LOAD_FAILED


class EngineNotFound(StartError):
    """No engine for ONNX files is installed, or ONNX_ENGINE names one that is not."""

    exit_code = exit_codes.ENGINE_NOT_FOUND


class OnnxNotLoaded(StartError):
    """The ONNX file is broken, or it has a node that its engine cannot compute."""

    exit_code = exit_codes.ONNX_NOT_LOADED
