"""The process in which the user's class lives. The server starts it and holds the other end of its socket.

Arguments: `check` or `serve`, the descriptors of the memory of Progress and of the channel. The channel first brings
the Assignment, then takes the description of the loaded component, then brings the questions.
"""

import fcntl
import mmap
import os
import socket
import sys

from . import host
from .channel.frames import Channel
from .channel.progress import Progress
from .errors import StartError
from .state.channel import StateChannel


def main(arguments):
    """Exit code of the process: 0, or that of the StartError, whose text stands on standard error."""
    task, memory, channel = arguments[0], int(arguments[1]), _channel(int(arguments[2]))
    assignment = host.Assignment(*channel.receive()[0])
    try:
        if task == "check":
            host.check(assignment)
            return 0
        state = assignment.keeping and _state_channel(*assignment.keeping)
        component = host.load(assignment, state and state.begin)
    except StartError as error:
        sys.stderr.write("%s\n" % error)
        sys.stderr.flush()
        os._exit(error.exit_code)  # threads that the user's code has started do not keep a failed process alive
    channel.send(component.describe())
    host.serve(component, channel, Progress(mmap.mmap(memory, mmap.PAGESIZE)), state)
    return 0


def _state_channel(descriptor, file_descriptor, forks, seconds):
    _keep_from_children(file_descriptor)
    return StateChannel(_channel(descriptor), file_descriptor, forks, seconds)


def _channel(descriptor):
    sock = socket.fromfd(descriptor, socket.AF_UNIX, socket.SOCK_STREAM)
    os.close(descriptor)
    _keep_from_children(sock.fileno())
    return Channel(sock)


def _keep_from_children(descriptor):
    """A process that the user's code starts must not hold it open."""
    fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
