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
from .errors import StartError
from .frames import Channel
from .progress import Progress


def main(arguments):
    """Exit code of the process: 0, or that of the StartError, whose text stands on standard error."""
    task, memory, channel = arguments[0], int(arguments[1]), _channel(int(arguments[2]))
    assignment = host.Assignment(*channel.receive()[0])
    try:
        if task == "check":
            host.check(assignment)
            return 0
        component = host.load(assignment)
    except StartError as error:
        sys.stderr.write("%s\n" % error)
        sys.stderr.flush()
        os._exit(error.exit_code)  # threads that the user's code has started do not keep a failed process alive
    channel.send(component.describe())
    host.serve(component, channel, Progress(mmap.mmap(memory, mmap.PAGESIZE)))
    return 0


def _channel(descriptor):
    sock = socket.fromfd(descriptor, socket.AF_UNIX, socket.SOCK_STREAM)
    os.close(descriptor)
    # a process that the user's code starts must not hold our sockets open
    fcntl.fcntl(sock.fileno(), fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    return Channel(sock)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
