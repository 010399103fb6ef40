"""The request that the class works on, for each entry that its thread logs meanwhile."""

import re
import threading

from .log_text import shortened

_LONGEST_IDS = 200  # characters of all ids of a batch
_TRACE_PARENT = re.compile(u"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


class _Current(object):
    """request: what the class works on (see Component.call), or None. trace_parent: of it.

    thread: the one that calls the class. Threads that the class has started may work for another request, or for none.
    """

    __slots__ = ("request", "trace_parent", "thread")

    def __init__(self):
        self.request = self.trace_parent = self.thread = None


current = _Current()


def use_this_thread():
    """Remember that this thread calls the class."""
    current.thread = _this_thread()


def fields():
    """(name, value) pairs for an entry: the puid and the trace id, as far as the request has them; those of a batch."""
    request = current.request
    if request is None or current.thread != _this_thread():
        return []
    return fields_of(request, current.trace_parent)


def fields_of(request, trace_parent):
    """The same for a request. See Component.call for its forms."""
    traces = [found.group(1) for found in _TRACE_PARENT.finditer(trace_parent or u"")]
    named = [(u"puid", [message.meta.get(u"puid") for message in _messages(request)]), (u"trace.id", traces)]
    return [(name, _joined(values)) for name, values in named if any(values)]


def _messages(request):
    message = getattr(request, "request", request)  # of a Feedback
    return message if isinstance(message, list) else [message]


def _joined(values):
    return shortened(u",".join([u"%s" % (value,) for value in values if value]), _LONGEST_IDS)


def _this_thread():
    return threading.current_thread().ident
