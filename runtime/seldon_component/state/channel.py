"""The server's requests about the state. They have a channel of their own, beside that of the clients' requests.

A request is (the task, State.describe of the state in the file, or None). The response is None, or an error's text.
The state itself is in a file that both processes have open. In a snapshot, one byte and one line of JSON come first:
the byte tells whether the snapshot is complete, the line is State.describe.
"""

import json
import os
import select
import signal
import socket
import threading

from .. import compat
from .object_state import State, attempt

SNAPSHOT, FRESH, RESTORE, MERGE = u"snapshot", u"fresh", u"restore", u"merge"
_INCOMPLETE, _COMPLETE, _FAILED = b"?", b"+", b"-"
_NICENESS = 10  # of the forked copy: the clients' requests come first


class StateChannel(object):
    """The component's end of that channel. It is used between the clients' requests, in the same thread."""

    def __init__(self, channel, descriptor, forks, timeout, own_process):
        """descriptor: of the file. forks: whether a forked copy takes the snapshots. timeout: seconds for one.

        own_process: the OwnProcess of the component.
        """
        self._channel = channel
        self._descriptor = descriptor
        self._forks = forks
        self._timeout = timeout
        self._own_process = own_process
        self._state = None
        self._poller = None

    def begin(self, user):
        """Restore the stored state, if there is one, into the object. Raises EOFError if the server is gone."""
        self._own_process.end_any_child()  # the user's constructor has just run
        self._state = State(user)
        while not self._restored():
            pass  # the server decides what follows a failure

    def serve_until_request(self, clients):
        """Respond to the server's requests until `clients`, the channel of the clients' requests, has a request."""
        if self._poller is None:
            self._poller = select.poll()
            for channel in (self._channel, clients):
                self._poller.register(channel.fileno(), select.POLLIN)
        while True:
            buffered = clients.holds_a_frame()
            ready = [descriptor for descriptor, _ in compat.uninterrupted(self._poller.poll, 0 if buffered else None)]
            if self._channel.fileno() in ready:
                self._respond()
            elif buffered or ready:
                return

    def _respond(self):
        try:
            request = self._channel.receive()[0]
        except (EOFError, socket.error):  # the server ends, and closes the clients' channel, too
            self._poller.unregister(self._channel.fileno())
            return
        if request[0] == SNAPSHOT:
            self._snapshot()
        else:
            self._send(self._load(*request))

    def _restored(self):
        request = self._channel.receive()[0]
        failure = None if request[0] == FRESH else self._load(*request)
        self._send(failure)
        return failure is None

    def _send(self, failure):
        self._own_process.end_any_child()  # the user's hooks have just run
        self._channel.send(failure)

    def _load(self, task, described):
        """Restore or merge the state in the file; the text of the failure, or None."""
        with self._open("rb") as file:
            load = self._state.merge if task == MERGE else self._state.restore
            return attempt(u"restoring the stored state", lambda: load(described, file))

    def _snapshot(self):
        self._mark(_INCOMPLETE)  # the file may still hold the previous snapshot
        if not self._forks:
            self._write()
            self._send(self._outcome())
            return
        try:
            pid = os.fork()
        except OSError as error:
            self._channel.send(u"no copy could be forked to take the snapshot: %s" % error.strerror)
            return
        if pid == 0:
            self._write_and_end()
        waiter = threading.Thread(target=self._wait_for_copy, args=(pid,), name="snapshot")
        waiter.daemon = True
        waiter.start()

    def _write_and_end(self):
        """The whole life of the forked copy."""
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(self._timeout)  # a lock that another thread held at the fork is never released here
            os.nice(_NICENESS)
            self._write()
        finally:
            os._exit(0)

    def _wait_for_copy(self, pid):
        """Wait for the forked copy in a thread of its own, and send the outcome to the server."""
        how = u"the copy that takes the snapshot has ended"
        try:
            _, status = os.waitpid(pid, 0)
            if os.WIFSIGNALED(status):
                how = u"the copy that takes the snapshot was ended by signal %d" % os.WTERMSIG(status)
        except OSError:
            pass  # the user's code has waited for it already, or ignores SIGCHLD
        try:
            self._channel.send(self._outcome(how))
        except socket.error:
            pass  # the server is gone

    def _write(self):
        """Write the snapshot into the file, or the reason why there is none. The byte that tells which comes last."""
        def write():
            with self._open("wb") as file:
                file.write(_INCOMPLETE + json.dumps(self._state.describe()).encode("ascii") + b"\n")
                self._state.write(file)
                file.truncate()
        failure = attempt(u"saving the state", write)
        if failure is not None:
            with self._open("wb") as file:
                file.write(_INCOMPLETE + failure.encode("utf-8"))
                file.truncate()
        self._mark(_COMPLETE if failure is None else _FAILED)

    def _mark(self, mark):
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, mark)

    def _outcome(self, how=u""):
        """None for a complete snapshot; else the reason of its writer, or `how` the writer ended."""
        with self._open("rb") as file:
            mark = file.read(1)
            if mark == _COMPLETE:
                return None
            return compat.readable(file.read()) if mark == _FAILED else how

    def _open(self, mode):
        """The file from its beginning, not truncated: to free its pages and allocate new ones would stall requests."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return os.fdopen(os.dup(self._descriptor), mode)
