"""Errors of the server itself. Those of a component stand in seldon_component.errors."""

from __future__ import annotations

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


class TimedOut(CallError):
    """The component did not answer within the time that an annotation allows. It works on all the same."""

    reason = "MICROSERVICE_TIMEOUT"


class Cancelled(CallError):
    """Nobody waits for the response any longer, and the component did not begin the request."""

    reason = CANCELLED


class ModelCrashed(CallError):
    """The component's process ended while it worked on this question."""


class BadSetting(StartError):
    """A variable that is missing or whose value is not allowed; the text has one line a variable."""

    exit_code = 10


class RestartLoop(StartError):
    """The component crashed again and again without an answer in between."""

    exit_code = 18


class PortTaken(StartError):
    """The port cannot be listened on."""

    exit_code = 19


class StateUnreachable(StartError):
    """The store of the component's state does not answer."""

    exit_code = 30


class StateUnreadable(StartError):
    """A stored state that must not be used: changed, unsigned, of another class, of another format …"""

    exit_code = 31


class StateNotSaved(StartError):
    """The last save, at the end, failed: what the component learned since the one before is lost."""

    exit_code = 32


class NotLeader(Exception):
    """Another replica holds the lease, as it should be: this one does not write."""


class StateChanged(Exception):
    """Another writer has put a value in the place of the one that was to be replaced."""


class LeaseLost(Exception):
    """Another replica has taken the lease while this one was about to write."""


class SaveRefused(CallError):
    """The state cannot be saved now, or not by this replica."""

    reason = "MICROSERVICE_UNAVAILABLE"
