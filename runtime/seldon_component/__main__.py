"""The process in which the user's class lives. The server starts it and holds the other ends of its sockets.

Arguments: `check` or `serve`, the descriptor of the shared busy map, the descriptors of the channels. The first
channel brings the Assignment and takes the description of the loaded component.
"""

import fcntl
import mmap
import os
import socket
import sys

from . import host
from .errors import StartError
from .frames import Channel


def main(arguments):
    """Exit code of the process: 0, or that of the StartError, whose text stands on standard error."""
    task, busy_descriptor, descriptors = arguments[0], int(arguments[1]), [int(word) for word in arguments[2:]]
    channels = [_channel(descriptor) for descriptor in descriptors]
    assignment = host.Assignment(*channels[0].receive()[0])
    try:
        if task == "check":
            host.check(assignment)
            return 0
        component = host.load(assignment)
    except StartError as error:
        sys.stderr.write("%s\n" % error)
        sys.stderr.flush()
        os._exit(error.exit_code)  # threads that the user's code has started do not keep a failed process alive
    channels[0].send(component.describe())
    host.serve(component, channels, mmap.mmap(busy_descriptor, mmap.PAGESIZE))
    return 0


def _channel(descriptor):
    sock = socket.fromfd(descriptor, socket.AF_UNIX, socket.SOCK_STREAM)
    os.close(descriptor)
    # a process that the user's code starts must not hold our sockets open
    fcntl.fcntl(sock.fileno(), fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    return Channel(sock)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
