"""Several processes of one component that keeps no state, behind one line of questions."""

from __future__ import annotations

import dataclasses
import queue
import threading
from collections import deque
from concurrent.futures import wait
from typing import Any

from seldon_component.errors import Unavailable
from seldon_component.payload import REST, Payload

from ..config.settings import Settings
from ..messages import Content
from ..system.thread_pool import ThreadPool
from .interface import Called, OnChange, OnFailure, ignore_change
from .separate import SeparateModel

_Place = queue.SimpleQueue[SeparateModel | None]  # in the line: brings a process, or None: look again


class ModelPool(Called):
    """MODEL_WORKERS processes, each started, watched and restarted by itself. See `Model`.

    A question goes to a process that has nothing to do, never behind another question; while there is none, it waits
    in the one line. Ready once all are loaded; from then on, as long as one is.
    """

    def __init__(self, settings: Settings, on_failure: OnFailure, on_change: OnChange = ignore_change) -> None:
        each = dataclasses.replace(settings, restart_wait=0.0)  # a question waits here, for whichever is there first
        self._restart_wait = settings.restart_wait
        self._on_change = on_change
        self._lock = threading.Lock()
        self._line: deque[_Place] = deque()
        self._busy: set[SeparateModel] = set()
        self._stopping = False
        self.description: dict[str, Any] = {}
        self._processes = [
            SeparateModel(each, on_failure, self._process_changed) for _ in range(settings.model_workers)
        ]

    @property
    def ready(self) -> bool:
        return bool(self.description) and not self._stopping and any(process.ready for process in self._processes)

    @property
    def restarts(self) -> int:
        return sum(process.restarts for process in self._processes)

    def start(self) -> None:
        for process in self._processes:
            process.start()

    def call(self, method: str, question: Content, wire: str = REST) -> Payload:
        while True:
            process = self._take()
            try:
                return process.call(method, question, wire)
            except Unavailable:  # it had ended before it was asked
                continue
            finally:
                with self._lock:
                    self._busy.remove(process)
                    self._move_up()

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            self._look_again()
        workers = ThreadPool(len(self._processes), "stop")
        wait([workers.submit(process.stop) for process in self._processes])

    def _process_changed(self) -> None:
        """One is ready, or is no longer."""
        with self._lock:
            if not self.description and all(process.ready for process in self._processes):
                self.description = self._processes[0].description
            self._move_up()
            if not self.ready:
                self._look_again()
        self._on_change()

    def _take(self) -> SeparateModel:
        """A process that had nothing to do. Raises Unavailable."""
        place: _Place = queue.SimpleQueue()
        with self._lock:
            if not self.description:
                raise Unavailable("the component is not loaded yet")
            self._line.append(place)
            self._move_up()
        process = None
        while process is None:
            process = self._wait(place)
        return process

    def _wait(self, place: _Place) -> SeparateModel | None:
        """What comes to a place in the line; None where that has to be asked once more. Raises Unavailable."""
        try:
            return place.get(timeout=self._patience())
        except queue.Empty:
            with self._lock:
                if self.ready or place not in self._line:
                    return None
                self._line.remove(place)
        raise Unavailable("the server is shutting down" if self._stopping else "the component is restarting")

    def _patience(self) -> float | None:
        """Seconds to wait in the line: None where there is a process, which may work as long as it likes."""
        if self._stopping:
            return 0.0
        return None if self.ready else self._restart_wait

    def _move_up(self) -> None:
        """Give every process that has nothing to do to whoever waits longest. With the lock held."""
        idle = [process for process in self._processes if process.ready and process not in self._busy]
        while self._line and idle:
            process = idle.pop(0)
            self._busy.add(process)
            self._line.popleft().put(process)

    def _look_again(self) -> None:
        """Wake the whole line: how long to wait is not what it was. With the lock held."""
        for place in self._line:
            place.put(None)
