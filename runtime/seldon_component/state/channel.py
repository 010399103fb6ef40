"""The server's questions about the state, on a channel of their own beside those of the clients' questions.

A question is (what is to be done, State.describe of what lies in the file or None); the answer an error's text or None.
The state itself lies in a file that both processes have open. On the way to the server a byte and a line of JSON stand
before it: whether the snapshot is whole, and State.describe.
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
_UNDONE, _DONE, _FAILED = b"?", b"+", b"-"
_NICENESS = 10  # of the forked copy: clients come first


class StateChannel(object):
    """The component's end of that channel. Used between the clients' questions, in the same thread."""

    def __init__(self, channel, descriptor, forks, seconds):
        """descriptor: of the file. forks: whether a forked copy takes the snapshots; it may take so many seconds."""
        self._channel = channel
        self._descriptor = descriptor
        self._forks = forks
        self._seconds = seconds
        self._state = None
        self._poller = None

    def begin(self, user):
        """Put the stored state, if there is any, into the constructed object. EOFError: the server is gone."""
        self._state = State(user)
        while not self._begun():
            pass

    def answer_before(self, clients):
        """Answer what the server has asked, and wait until `clients`, the channel of their questions, has one."""
        if self._poller is None:
            self._poller = select.poll()
            for channel in (self._channel, clients):
                self._poller.register(channel.fileno(), select.POLLIN)
        while True:
            there = clients.holds_a_frame()
            ready = [descriptor for descriptor, _ in self._poller.poll(0 if there else None)]
            if self._channel.fileno() in ready:
                self._answer()
            elif there or ready:
                return

    def _answer(self):
        try:
            question = self._channel.receive()[0]
        except (EOFError, socket.error):  # the server ends, and hangs up on the clients' channel, too
            self._poller.unregister(self._channel.fileno())
            return
        if question[0] == SNAPSHOT:
            self._snapshot()
        else:
            self._channel.send(self._take(*question))

    def _begun(self):
        question = self._channel.receive()[0]
        failure = None if question[0] == FRESH else self._take(*question)
        self._channel.send(failure)
        return failure is None

    def _take(self, task, described):
        """Restore or merge what lies in the file; the text of the failure, or None."""
        with self._open("rb") as file:
            take = self._state.merge if task == MERGE else self._state.restore
            return attempt(u"restoring the stored state", lambda: take(described, file))

    def _snapshot(self):
        self._mark(_UNDONE)  # the file may still have the snapshot before
        if not self._forks:
            self._write()
            self._channel.send(self._outcome())
            return
        try:
            pid = os.fork()
        except OSError as error:
            self._channel.send(u"no copy could be forked to take the snapshot: %s" % error.strerror)
            return
        if pid == 0:
            self._write_and_end()
        burial = threading.Thread(target=self._bury, args=(pid,), name="snapshot")
        burial.daemon = True
        burial.start()

    def _write_and_end(self):
        """The forked copy's whole life."""
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(self._seconds)  # a lock that a thread of the user's held at the fork is never released here
            os.nice(_NICENESS)
            self._write()
        finally:
            os._exit(0)

    def _bury(self, pid):
        """Wait for the forked copy in a thread of its own, and tell the server how it went."""
        how = u"the copy that takes the snapshot has ended"
        try:
            _, status = os.waitpid(pid, 0)
            if os.WIFSIGNALED(status):
                how = u"the copy that takes the snapshot was ended by signal %d" % os.WTERMSIG(status)
        except OSError:
            pass  # the user's code has buried it, or ignores SIGCHLD
        try:
            self._channel.send(self._outcome(how))
        except socket.error:
            pass  # the server is gone

    def _write(self):
        """Write the snapshot into the file, or why there is none; last of all the byte that says which it is."""
        def write():
            with self._open("wb") as file:
                file.write(_UNDONE + json.dumps(self._state.describe()).encode("ascii") + b"\n")
                self._state.write(file)
                file.truncate()
        failure = attempt(u"saving the state", write)
        if failure is not None:
            with self._open("wb") as file:
                file.write(_UNDONE + failure.encode("utf-8"))
                file.truncate()
        self._mark(_DONE if failure is None else _FAILED)

    def _mark(self, word):
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, word)

    def _outcome(self, how=u""):
        """None for a snapshot that is whole, else why it is not: its writer's words, or `how` that has ended."""
        with self._open("rb") as file:
            word = file.read(1)
            if word == _DONE:
                return None
            return compat.readable(file.read()) if word == _FAILED else how

    def _open(self, mode):
        """The file from its beginning, with what is in it: to give its pages back and take new ones stalls requests."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return os.fdopen(os.dup(self._descriptor), mode)
