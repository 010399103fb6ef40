"""Tells the component's own process from a child that the user's code has forked."""

import os


class OwnProcess(object):
    """The process in which this object was made.

    A child of the user's code that returns to our code has the same sockets. It must end before it uses one of them.
    """

    def __init__(self):
        self._pid = os.getpid()
        self._is_child = False
        self._hears_of_forks = hasattr(os, "register_at_fork")  # from Python 3.7 on
        if self._hears_of_forks:
            os.register_at_fork(after_in_child=self._after_fork)

    def end_child(self):
        """End a child of `os.fork` here. This needs no system call from Python 3.7 on, so it suits each request."""
        if self._is_child or not self._hears_of_forks:
            self.end_any_child()

    def end_any_child(self):
        """End a child here, also one that a library forked past Python."""
        if os.getpid() != self._pid:
            os._exit(0)

    def _after_fork(self):
        self._is_child = True
