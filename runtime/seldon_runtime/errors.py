"""The errors of the server. Those of a component are in seldon_component.errors."""

from __future__ import annotations

from seldon_component import exit_codes
from seldon_component.errors import CANCELLED, CallError, StartError


class NotFound(CallError):
    """No such path."""

    reason = "MICROSERVICE_NOT_FOUND"


class MethodNotAllowed(CallError):
    """The path exists, but not for this HTTP method."""

    reason = "MICROSERVICE_METHOD_NOT_ALLOWED"


class TooLarge(CallError):
    """The body is larger than MAX_BODY_BYTES."""

    reason = "MICROSERVICE_TOO_LARGE"


class Overloaded(CallError):
    """The server has as many requests or connections as it takes. The same request may be sent again later."""

    reason = "MICROSERVICE_OVERLOADED"
    RETRY_AFTER = 1  # seconds


class TooManyConnections(Overloaded):
    """More clients are connected than MAX_CONNECTIONS allows."""


class TooManyBodyBytes(Overloaded):
    """The bodies of all requests have more bytes together than there is memory for."""


def overloaded(max_waiting: int) -> Overloaded:
    """The error of a request that comes while no more may wait."""
    return Overloaded(f"{max_waiting} requests wait for the component, and MAX_WAITING allows no more")


class TimedOut(CallError):
    """The component did not answer within the time limit of the wire."""

    reason = "MICROSERVICE_TIMEOUT"


class Cancelled(CallError):
    """Nobody waits for the response any longer, and the component did not begin the request."""

    reason = CANCELLED


class ModelCrashed(CallError):
    """The component's process ended while it worked on this request."""


class CrashingRequest(CallError):
    """The class has crashed on the same request before, so the request does not reach it."""


class BadSetting(StartError):
    """A variable is missing, or its value is not allowed. The text has one line for each variable."""

    exit_code = exit_codes.BAD_SETTING


class RestartLoop(StartError):
    """The component crashed again and again, without a response in between."""

    exit_code = exit_codes.RESTART_LOOP


class PortTaken(StartError):
    """The server cannot listen on the port."""

    exit_code = exit_codes.PORT_TAKEN


class StateUnreachable(StartError):
    """The store of the component's state does not respond."""

    exit_code = exit_codes.STATE_UNREACHABLE


class StateUnreadable(StartError):
    """The stored state must not be used: it was changed, or is unsigned, or is of another class or format."""

    exit_code = exit_codes.STATE_UNREADABLE


class StateNotSaved(StartError):
    """The last save, at the end, failed. What the component has learned since the save before is lost."""

    exit_code = exit_codes.STATE_NOT_SAVED


class NotLeader(Exception):
    """Another replica holds the lease, so this one must not write. This is no failure."""


class StateChanged(Exception):
    """Another writer has already replaced the value."""


class LeaseLost(Exception):
    """Another replica took the lease just before this one wrote."""


class UnitFailed(CallError):
    """A unit of a graph, on another server, has ended a call of gRPC with an error. code: the name of its status."""

    code = "UNKNOWN"


class SaveRefused(CallError):
    """The state cannot be saved now, or not by this replica."""

    reason = "MICROSERVICE_UNAVAILABLE"
