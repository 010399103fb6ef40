"""The process in which the user's class lives. The server starts it and holds the other end of its socket.

Arguments: `check`, `examine` or `serve`, the descriptor of the memory of Progress, the descriptor of the channel.
The server first sends the Assignment. The component then sends the frame of `channel.start`, and gets the requests.
"""

import fcntl
import mmap
import os
import socket
import sys
import traceback

from . import class_logging, collection, compat, host, log_lines, log_text, print_streams
from .channel import start
from .channel.assignment import Assignment, LogAssignment, StateAssignment
from .channel.frames import Channel
from .channel.own_process import OwnProcess
from .channel.progress import Progress
from .errors import StartError
from .state.channel import StateChannel
from .user_class import folder

_CHECKS = {"check": host.check, "examine": host.examine}


def main(arguments, at_start=()):
    """Run the process; returns its exit code, 0. After a StartError the process ends here with that error's code.

    at_start: the names of the modules that the interpreter had imported by itself.
    """
    log_text.keep_standard_error()
    own_process = OwnProcess()
    task, memory, channel = arguments[0], int(arguments[1]), _channel(int(arguments[2]))
    assignment = _receive_assignment(channel)
    sys.argv[1:] = []  # the arguments are ours, and a class may read its own
    try:
        _enter_folder(assignment, at_start)
        if task != "serve":
            _end_check(channel, own_process, _CHECKS[task](assignment))
        state, component = _load(assignment, own_process)
    except StartError as error:
        own_process.end_any_child()
        _fail(error, channel, is_told=task == "examine")
    description = component.describe()
    own_process.end_any_child()
    channel.send(start.description_head(description))
    _serve(component, channel, Progress(mmap.mmap(memory, mmap.PAGESIZE)), own_process, state, assignment.is_timed)
    return 0


def _receive_assignment(channel):
    """The Assignment. The log is as it says from then on."""
    assignment = Assignment(*channel.receive()[0])
    if assignment.log:
        log = LogAssignment(*assignment.log)
        log_text.keep_standard_error(log.descriptor)
        log_lines.use_format(log.format)
        class_logging.set_up(log.level)
        if log.format != log_lines.TEXT:
            print_streams.replace_streams()
    return assignment


def _enter_folder(assignment, at_start):
    """Once our own imports are complete."""
    host.prepare(assignment.model)
    collection.begin()
    folder.enter(assignment.folder, at_start)


def _end_check(channel, own_process, description):
    """Tell the server that the class can be imported, and what is known of it; end.

    Threads that the class has started do not matter.
    """
    own_process.end_any_child()
    channel.send(start.description_head(description))
    log_text.flush_streams()
    os._exit(0)


def _load(assignment, own_process):
    """(StateChannel or None, the loaded Component)"""
    if assignment.state is None:
        return None, host.load(assignment)
    state = _state_channel(StateAssignment(*assignment.state), own_process)
    return state, host.load(assignment, state.begin)


def _serve(*arguments):
    """Serve. A failure of our own code ends the process at once: threads of the user's code do not keep it alive."""
    try:
        host.serve(*arguments)
    except BaseException:
        try:
            log_lines.log_failure(compat.readable(traceback.format_exc().rstrip()))
        finally:
            os._exit(1)


def _fail(error, channel, is_told):
    """Tell people on standard error and the server on the channel, and end. is_told: whether the server tells them."""
    log_text.flush_streams()
    if not is_told:
        log_lines.log_failure(compat.error_text(error))
    try:
        channel.send(start.failure_head(error))
    except socket.error:
        pass  # the server does not wait for it
    os._exit(error.exit_code)  # threads that the user's code has started do not keep a failed process alive


def _state_channel(assigned, own_process):
    _keep_from_children(assigned.file)
    channel = _channel(assigned.channel)
    return StateChannel(channel, assigned.file, assigned.forks, assigned.timeout, own_process)


def _channel(descriptor):
    sock = socket.fromfd(descriptor, socket.AF_UNIX, socket.SOCK_STREAM)
    os.close(descriptor)
    _keep_from_children(sock.fileno())
    return Channel(sock)


def _keep_from_children(descriptor):
    """Close the descriptor in processes that the user's code starts."""
    fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
