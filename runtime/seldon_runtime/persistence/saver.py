"""Restores the component's state before the component is ready, and saves it from then on."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
import uuid
from collections.abc import Iterator
from typing import NoReturn

from seldon_component.errors import BadState, StartError, Unavailable

from ..config.settings import Settings
from ..errors import LeaseLost, NotLeader, SaveRefused, StateChanged, StateNotSaved, StateUnreachable, StateUnreadable
from ..metrics import Metrics
from ..model.interface import OnFailure
from ..model.state import ModelState
from ..system.backoff import Backoff
from .lease import Lease
from .repository import open_repository
from .writer import Writer

log = logging.getLogger(__name__)

_FAILURES = (StateUnreachable, StateUnreadable, StateChanged, LeaseLost, BadState, Unavailable)
_REFRESH_FAILURES = (StateUnreachable, StateUnreadable)  # a refresh that succeeds shows that these are over
_TEMPORARY = (StateUnreachable, StateChanged, LeaseLost)  # the last save is tried again after these
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 8.0  # seconds between two attempts
_RELEASE_SECONDS = 1.0  # to release the lease after the last save


class StateSaver:
    """See the module. Thread-safe."""

    def __init__(self, settings: Settings, on_failure: OnFailure, metrics: Metrics) -> None:
        """Raises BadSetting or BadParameters; does not connect to the store yet."""
        self._period = settings.push_frequency
        self._timeout = settings.persistence_timeout
        self._on_failure = on_failure
        repository, identity = open_repository(settings), uuid.uuid4().bytes
        self._lease = Lease(repository.store, settings.persistence_lease, identity)
        self._writer = Writer(repository, self._lease, identity)
        self._lock = threading.Lock()
        self._last_failure: type[Exception] | None = None  # None once it is over
        self._stopping = threading.Event()
        self._last_save_done = threading.Event()
        self._thread = threading.Thread(target=self._keep_saving, name="state-saver", daemon=True)
        self._last_success, self._failures = 0.0, 0
        self._expose(metrics)

    def restore(self, state: ModelState) -> None:
        """Load the stored state into a constructed component, as soon as it can be read. See OnConstructed."""
        backoff, logged = _new_backoff(self._timeout), ""
        while not self._stopping.is_set():
            try:
                return self._restore(state)
            except (StateUnreachable, StateUnreadable) as error:
                wait = backoff.next_wait()
                if wait is None:
                    self._give_up(error)
                if str(error) != logged:
                    log.warning("not ready, and trying again: %s", error)
                logged = str(error)
                self._stopping.wait(wait)
        raise Unavailable("the server is shutting down")

    def save(self) -> int:
        """Save the component's state as it is now; the generation that the store has. Raises SaveRefused."""
        try:
            return self._save()
        except (NotLeader, *_FAILURES) as error:
            raise SaveRefused(f"the state was not saved: {error}") from None

    def stop(self, seconds: float) -> int:
        """Save for the last time, then release the lease for the next replica.

        seconds: within which the save is tried again. Returns an exit code: 0, or that of StateNotSaved.
        """
        self._stopping.set()
        if not self._writer.has_state:  # no component was loaded, so there is nothing to save
            return 0
        # in a thread, because a component that never finishes its last request must not hold up the shutdown
        thread = threading.Thread(target=self._save_last, args=(seconds,), name="last-save", daemon=True)
        thread.start()
        thread.join(seconds + _RELEASE_SECONDS)
        if self._last_save_done.is_set():
            return 0
        log.error("the last save failed: what the component has learned since the one before is lost")
        return StateNotSaved.exit_code

    def _restore(self, state: ModelState) -> None:
        with self._lock:
            self._writer.restore(state)
        if not self._thread.is_alive():
            self._lease.start()
            self._thread.start()

    def _give_up(self, error: StartError) -> NoReturn:
        log.error("no state could be restored within %g s: %s", self._timeout, error)
        self._on_failure(error.exit_code)
        raise Unavailable("the state cannot be restored")

    def _keep_saving(self) -> None:
        """Until the server stops: refresh at each interval of the lease, and save at each period."""
        backoff, due = _new_backoff(), time.monotonic() + self._period
        self._refresh()
        while not self._stopping.wait(max(0.0, min(self._lease.interval, due - time.monotonic()))):
            if time.monotonic() < due:
                self._refresh()
            else:
                wait = self._save_periodically(backoff)
                due = time.monotonic() + wait

    def _save_periodically(self, backoff: Backoff) -> float:
        """Save; the seconds until the next save, or until the next attempt if this one failed."""
        try:
            self._save()
            backoff.reset()
        except NotLeader:
            pass
        except _FAILURES:
            return min(backoff.next_wait() or self._period, self._period)
        return self._period

    def _refresh(self) -> None:
        with contextlib.suppress(NotLeader, *_FAILURES), self._lock, self._log_failures(_REFRESH_FAILURES):
            self._writer.refresh()

    def _save(self) -> int:
        with self._lock:
            try:
                with self._log_failures(_FAILURES):
                    self._writer.save()
            except _FAILURES:
                self._failures += 1
                raise
            self._last_success = time.time()
            return self._writer.generation

    @contextlib.contextmanager
    def _log_failures(self, over_after_success: tuple[type[Exception], ...]) -> Iterator[None]:
        """Log one line when a failure begins, and one when it is over, however often it repeats.

        over_after_success: the failures that are over if the body succeeds.
        """
        try:
            yield
        except _FAILURES as error:
            if type(error) is not self._last_failure and not self._stopping.is_set():
                log.error("the state is not kept for now: %s", error)
            self._last_failure = type(error)
            raise
        except NotLeader:
            self._log_recovery(_FAILURES)
            raise
        self._log_recovery(over_after_success)

    def _log_recovery(self, over: tuple[type[Exception], ...]) -> None:
        if self._last_failure in over:
            log.info("the state is kept again")
            self._last_failure = None

    def _save_last(self, seconds: float) -> None:
        backoff = _new_backoff(seconds)
        while not self._last_save_done.is_set():
            try:
                self._save()
                self._last_save_done.set()
            except NotLeader:
                self._last_save_done.set()  # the leader saves; a follower's own state is not kept
            except _FAILURES as error:
                wait = backoff.next_wait() if isinstance(error, _TEMPORARY) else None
                if wait is None:
                    log.error("the state was not saved: %s", error)
                    break
                time.sleep(wait)
        self._lease.release()

    def _expose(self, metrics: Metrics) -> None:
        saved = "When the store was last known to have the component's state, in seconds since 1970."
        metrics.follow("GAUGE", "persistence_last_success_timestamp_seconds", saved, lambda: self._last_success)
        restored = "The generation of the state that was restored or saved last."
        metrics.follow("GAUGE", "persistence_generation", restored, lambda: self._writer.generation)
        metrics.follow("COUNTER", "persistence_failures", "Saves that failed.", lambda: self._failures)


def _new_backoff(timeout: float = math.inf) -> Backoff:
    return Backoff(_FIRST_WAIT, _LONGEST_WAIT, timeout)
