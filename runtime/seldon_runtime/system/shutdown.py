"""The end of the server: SIGTERM, SIGINT or a failure inside it."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from select import POLLIN, poll
from typing import Any

log = logging.getLogger(__name__)

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
# with the default of SIGPIPE, which Python does not use, a client that leaves would end the server
_KEPT = frozenset((*_SIGNALS, signal.SIGPIPE))
Handler = Callable[[int, Any], object]
CallHandler = Callable[[Handler, int, Any], None]
_FAILURE, _NOTICE = 0, 255  # no signal has these numbers
_HANDLED = 128  # is added to the number of a signal whose handler Python has called


class ShutdownSignal:
    """Waits in the main thread for the end, even if another thread gets the signal.

    Python runs a signal's handler only when the main thread wakes up. A signal does not wake the main thread if
    another thread gets it, or if it comes just before the main thread falls asleep. Therefore the interpreter's own
    handler writes the signal's number into our pipe at once, and the pipe wakes the main thread.
    """

    def __init__(self, on_other_signal: Callable[[], None] = lambda: None) -> None:
        """on_other_signal: called while somebody waits, at a signal that is no end and that the user's code handles."""
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        self._seen: Counter[int] = Counter()  # how often each byte has come
        self._on_other_signal = on_other_signal

    def catch_signals(self) -> None:
        """From now on, let a signal end the wait, not the process. Call this in the main thread."""
        signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, self._handle)

    def keep_handlers(self, call: CallHandler) -> None:
        """From now on, leave the handlers of these signals as they are if the user's code, in this process, sets them.

        Its call then has no effect, and the log says so once. call: calls the handlers that it sets of other signals.
        """
        _SignalFunctions(call).replace()

    def fail(self) -> None:
        """End the wait from any thread."""
        os.write(self._write_end, bytes([_FAILURE]))

    def notify(self) -> None:
        """End `wait_for_notice` from any thread."""
        os.write(self._write_end, bytes([_NOTICE]))

    @property
    def has_failed(self) -> bool:
        """Whether a failure has ended the wait, or a later one."""
        return self._seen[_FAILURE] > 0

    def wait(self) -> None:
        """Return at the first signal or failure; at once, if there was one already."""
        while self.wait_for_notice():
            pass

    def wait_for_notice(self) -> bool:
        """True at the next `notify`; False at the first signal or failure, and after it."""
        while not self._ends:
            if self._read() == _NOTICE:
                return True
        return False

    def wait_for_another(self, seconds: float) -> None:
        """Return at the second signal, at a failure, or after `seconds`. For after `wait`."""
        end = time.monotonic() + seconds
        readable = poll()
        readable.register(self._read_end, POLLIN)
        while self._ends < 2 and not self.has_failed:
            left = end - time.monotonic()
            if left <= 0 or not readable.poll(left * 1000):
                return
            self._read()

    @property
    def _ends(self) -> int:
        """How many signals and failures have come. A signal has left up to two bytes."""
        of_signals = max(sum(self._seen[number + added] for number in _SIGNALS) for added in (0, _HANDLED))
        return of_signals + self._seen[_FAILURE]

    def _read(self) -> int:
        number = os.read(self._read_end, 1)[0]
        self._seen[number] += 1
        if number not in (_NOTICE, _FAILURE) and number % _HANDLED not in _SIGNALS:
            self._on_other_signal()
        return number

    def _handle(self, number: int, _: object) -> None:
        """In the main thread. The interpreter has written the number already, unless the user's code stopped that."""
        with contextlib.suppress(BlockingIOError):  # the pipe is full of what nobody has read yet
            os.write(self._write_end, bytes([number + _HANDLED]))


class _HandlerOfTheClass:
    """A handler that the user's code has set, until it is called."""

    def __init__(self, handler: Handler, call: CallHandler) -> None:
        self.handler, self._call = handler, call

    def __call__(self, number: int, frame: Any) -> None:
        self._call(self.handler, number, frame)


class _SignalFunctions:
    """`signal.signal` and `signal.getsignal` for the user's code. A child that it forks gets those of Python again."""

    def __init__(self, call: CallHandler) -> None:
        self._call = call
        self._set, self._get = signal.signal, signal.getsignal
        self._left_out: set[int] = set()

    def replace(self) -> None:
        """From now on, the user's code gets these functions."""
        signal.signal, signal.getsignal = self.set, self.get
        os.register_at_fork(after_in_child=self._leave_child)

    def set(self, signalnum: int, handler: Any) -> Any:
        """See `signal.signal`."""
        previous = self.get(signalnum)
        if signalnum not in _KEPT:
            self._set(signalnum, _HandlerOfTheClass(handler, self._call) if callable(handler) else handler)
        elif signalnum not in self._left_out:
            self._left_out.add(signalnum)
            name = signal.Signals(signalnum).name
            log.warning("the class has set a handler of %s, which is left out: the server handles this signal", name)
        return previous

    def get(self, signalnum: int) -> Any:
        """See `signal.getsignal`."""
        found = self._get(signalnum)
        return found.handler if isinstance(found, _HandlerOfTheClass) else found

    def _leave_child(self) -> None:
        """Else a signal for the child would end the server, because both have the pipe."""
        own = {number: self.get(number) for number in signal.valid_signals()}
        signal.signal, signal.getsignal = self._set, self._get
        signal.set_wakeup_fd(-1)
        for number, handler in own.items():
            if isinstance(self._get(number), _HandlerOfTheClass):
                signal.signal(number, handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
