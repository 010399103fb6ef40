"""The component's life: load it, then serve one request at a time. All of it happens in one thread."""

import socket
import threading
import time

from . import compat, log_text
from .channel.frames import BrokenChannel, frame
from .component import Component
from .errors import CANCELLED, CallError, LoadFailed, StartError
from .model_files import names
from .onnx import files as onnx_files
from .user_class import hooks
from .user_class.constructor import arguments_of
from .user_class.loader import check_arguments, construct, load_class
from .user_class.service_types import check_class, requestable_methods

_CANCELLED_INFO = u"the request was cancelled before the component began it"
_CANCELLED = compat.readable(CANCELLED), _CANCELLED_INFO, None, None
_IDLE_SECONDS = 1.0
_LONGEST_HOLD = 1e-4  # seconds for which a response waits for others, so that they travel together
_LONG_CALL = 1e-3  # seconds that no response may wait for the call of another request
_ALONE_SECONDS = 10.0  # after a long call, in which each response travels alone


def prepare(model):
    """Import what finds the class that this MODEL_NAME means, before the model's folder is on `sys.path`."""
    _finder_of(model)


def check(assignment):
    """Import the class and look for a main method; raises StartError. Constructs nothing.

    Returns what is known of the class then: a dict of plain values, which `Component.describe` has, too.
    """
    cls = _class_of(assignment)
    served = check_class(cls, assignment.service_type)
    return {u"service_type": compat.to_text(served.name), u"remark": compat.to_text(served.remark),
            u"methods": requestable_methods(cls), u"constructor": arguments_of(cls)}


def examine(assignment):
    """As `check`, for a class whose arguments are known: its constructor takes the assigned parameters."""
    description = check(assignment)
    check_arguments(_class_of(assignment), assignment.parameters)
    return description


def load(assignment, restore=None):
    """The loaded Component; raises StartError. restore: called with the constructed object before it is used."""
    cls = _class_of(assignment)
    check_class(cls, assignment.service_type)
    user = construct(cls, assignment.parameters, assignment.folder)
    if restore:
        restore(user)
    try:
        component = Component(user, assignment.service_type, assignment.unit_id, assignment.image)
        _run_beside(hooks.Hooks(user).find("custom_service"))
    except StartError:
        raise
    except:  # noqa: E722 - a property of the user's class can raise
        raise LoadFailed("%s could not be loaded:\n%s" % (cls.__name__, log_text.user_traceback(assignment.folder)))
    return component


def _class_of(assignment):
    return _finder_of(assignment.model)(assignment)


def _finder_of(model):
    """A function: Assignment -> the class."""
    if model.endswith(onnx_files.SUFFIX):
        from .onnx import model as onnx_model  # here and below, because most models are classes

        return lambda it: onnx_model.class_of(it.model, it.folder, it.onnx_engine, it.threads)
    if names.is_file_name(model):
        from .model_files import model as file_model

        return lambda it: file_model.class_of(it.model, it.folder, it.method, it.threads)
    return lambda it: load_class(it.model, it.folder)


def _run_beside(service):
    """Run `custom_service`, a second server of the user's own, in a thread that ends with the process."""
    if service:
        thread = threading.Thread(target=_run_service, args=(service,), name="custom_service")
        thread.daemon = True
        thread.start()


def _run_service(service):
    try:
        service()
    except:  # noqa: E722
        compat.log(u"custom_service raised:", log_text.traceback_text())


def respond(component, method, request, wire, trace_parent=u""):
    """(None, Payload), or ((reason, info, status code, body), None) for a call that failed."""
    try:
        return None, component.call(method, request, wire, trace_parent)
    except CallError as error:
        return (compat.readable(error.reason), compat.readable(error.info), error.status_code, error.body), None


def serve(component, channel, progress, own_process, state=None, is_timed=False):
    """Respond to the channel's requests, in their order, until the server closes it.

    progress: Progress, shared with the server. own_process: OwnProcess, made before any code of the user ran.
    state: StateChannel, if the component's state is kept. is_timed: see channel.assignment.
    Raises BrokenChannel if the user's code has read from it.
    """
    try:
        _serve(component, channel, progress, own_process, state, is_timed)
    except (EOFError, socket.error):
        pass
    finally:
        own_process.end_any_child()
        channel.end()  # the server hears of it, even if threads of the user's code keep this process alive


def _serve(component, channel, progress, own_process, state, is_timed):
    responses, since, alone_until = [], 0.0, 0.0
    while True:
        if responses and (since < alone_until or time.time() - since > _LONGEST_HOLD or not channel.holds_a_frame()):
            own_process.end_any_child()
            channel.write(responses)
            responses = []
        if channel.carried_much and not responses:
            _return_memory_if_idle(channel)
        head, request = _next_request(channel, state)
        began = time.time()
        since = since if responses else began
        responses += _response_frame(component, head, request, progress.begin(), is_timed)
        del request  # it may be large, and the next one may be far away
        own_process.end_child()
        progress.end()
        if time.time() - began > _LONG_CALL:
            alone_until = began + _ALONE_SECONDS


def _next_request(channel, state):
    """The next frame. An exception of a signal handler of the class belongs to no request, so it is only logged."""
    while True:
        try:
            if state:
                state.serve_until_request(channel)
            return channel.receive()
        except (EOFError, BrokenChannel):
            raise
        except Exception as error:
            if isinstance(error, socket.error) and error.errno is not None:
                raise  # of the socket itself
            compat.log(u"a signal handler raised between two requests:", log_text.traceback_text())


def _response_frame(component, head, request, is_wanted, is_timed):
    """A function of its own, so that nothing refers to a large message afterwards."""
    method, wire, number, trace_parent = head
    if not is_wanted:
        return frame((number, _CANCELLED, None))
    began = time.time() if is_timed else None
    failure, response = respond(component, method, request, wire, trace_parent)
    times = (began, max(time.time() - began, 0.0)) if is_timed else None  # when it began, and for how many seconds
    return frame((number, failure, times), response)


def _return_memory_if_idle(channel):
    """Give back the memory of large messages if no more of them come. Until then it is kept, which is faster."""
    if not channel.has_more_within(_IDLE_SECONDS):
        channel.carried_much = False
        compat.return_free_memory()
