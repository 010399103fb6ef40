"""Keeps the state of the component that is served: restores it before that is ready, and saves it from then on."""

from __future__ import annotations

import contextlib
import logging
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
from .backoff import Backoff
from .lease import Lease
from .repository import open_repository
from .writer import Writer

log = logging.getLogger(__name__)

_FAILURES = (StateUnreachable, StateUnreadable, StateChanged, LeaseLost, BadState, Unavailable)
_SEEN_BY_LOOKING = (StateUnreachable, StateUnreadable)
_PASSING = (StateUnreachable, StateChanged, LeaseLost)  # of these, failures that may be over in a moment
_GIVING_BACK = 1.0  # seconds beyond the time for the last save


class StateSaver:
    """See the module. Safe to use from many threads."""

    def __init__(self, settings: Settings, on_failure: OnFailure, metrics: Metrics) -> None:
        """Raises BadSetting or BadParameters; reaches for no store yet."""
        self._every = settings.push_frequency
        self._timeout = settings.persistence_timeout
        self._on_failure = on_failure
        repository, identity = open_repository(settings), uuid.uuid4().bytes
        self._lease = Lease(repository.store, settings.persistence_lease, identity)
        self._writer = Writer(repository, self._lease, identity)
        self._lock = threading.Lock()
        self._trouble: type[Exception] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._last_success, self._failures = 0.0, 0
        self._expose(metrics)

    def restore(self, state: ModelState) -> None:
        """Give a constructed component what is stored, as soon as that can be read. See OnConstructed."""
        backoff, said = Backoff(self._timeout), ""
        while not self._stopping.is_set():
            try:
                return self._begin(state)
            except (StateUnreachable, StateUnreadable) as error:
                wait = backoff.next()
                if wait is None:
                    self._give_up(error)
                if str(error) != said:
                    log.warning("not ready, and trying again: %s", error)
                said = str(error)
                self._stopping.wait(wait)
        raise Unavailable("the server is shutting down")

    def save(self) -> int:
        """The generation of the component's state as it is now, which the store has. Raises SaveRefused."""
        try:
            return self._save()
        except (NotLeader, *_FAILURES) as error:
            raise SaveRefused(f"the state was not saved: {error}") from None

    def stop(self, seconds: float) -> int:
        """The last save, then the lease for the next replica; an exit code: 0, or StateNotSaved's."""
        self._stopping.set()
        if not self._writer.has_state:  # no component, so none that has learned anything
            return 0
        done: list[bool] = []
        # in a thread: a component that never ends its last request is not waited for
        last = threading.Thread(target=lambda: done.append(self._save_at_last(seconds)), name="last-save", daemon=True)
        last.start()
        last.join(seconds + _GIVING_BACK)
        if done == [True]:
            return 0
        log.error("the last save failed: what the component has learned since the one before is lost")
        return StateNotSaved.exit_code

    def _begin(self, state: ModelState) -> None:
        with self._lock:
            self._writer.begin(state)
        if not self._thread.is_alive():
            self._lease.start()
            self._thread.start()

    def _give_up(self, error: StartError) -> NoReturn:
        log.error("no state could be restored within %g s: %s", self._timeout, error)
        self._on_failure(error.exit_code)
        raise Unavailable("the state cannot be restored")

    def _run(self) -> None:
        """Until the end: see what others have written at each turn of the lease, and save when it is time."""
        backoff, due = Backoff(), time.monotonic() + self._every
        self._look()
        while not self._stopping.wait(max(0.0, min(self._lease.turn, due - time.monotonic()))):
            if time.monotonic() < due:
                self._look()
                continue
            wait = self._every
            try:
                self._save()
                backoff = Backoff()
            except NotLeader:
                pass
            except _FAILURES:
                wait = min(backoff.next() or wait, wait)
            due = time.monotonic() + wait

    def _look(self) -> None:
        with contextlib.suppress(NotLeader, *_FAILURES), self._lock, self._noticing(_SEEN_BY_LOOKING):
            self._writer.refresh()

    def _save(self) -> int:
        with self._lock:
            try:
                with self._noticing(_FAILURES):
                    self._writer.save()
            except _FAILURES:
                self._failures += 1
                raise
            self._last_success = time.time()
            return self._writer.generation

    @contextlib.contextmanager
    def _noticing(self, disproves: tuple[type[Exception], ...]) -> Iterator[None]:
        """One line of the log when something goes wrong, and one when what goes well here disproves it."""
        try:
            yield
        except _FAILURES as error:
            if type(error) is not self._trouble and not self._stopping.is_set():
                log.error("the state is not kept for now: %s", error)
            self._trouble = type(error)
            raise
        except NotLeader:
            self._well_again(_FAILURES)
            raise
        self._well_again(disproves)

    def _well_again(self, disproved: tuple[type[Exception], ...]) -> None:
        if self._trouble in disproved:
            log.info("the state is kept again")
            self._trouble = None

    def _save_at_last(self, seconds: float) -> bool:
        backoff, saved = Backoff(seconds), False
        while not saved:
            try:
                self._save()
                saved = True
            except NotLeader:
                saved = True  # what counts is what the holder of the lease saves
            except _FAILURES as error:
                wait = backoff.next() if isinstance(error, _PASSING) else None
                if wait is None:
                    log.error("the state was not saved: %s", error)
                    break
                time.sleep(wait)
        self._lease.give_back()
        return saved

    def _expose(self, metrics: Metrics) -> None:
        saved = "When the store was last known to have the component's state, in seconds since 1970."
        metrics.follow("GAUGE", "persistence_last_success_timestamp_seconds", saved, lambda: self._last_success)
        restored = "The generation of the state that was restored or saved last."
        metrics.follow("GAUGE", "persistence_generation", restored, lambda: self._writer.generation)
        metrics.follow("COUNTER", "persistence_failures", "Saves that failed.", lambda: self._failures)
