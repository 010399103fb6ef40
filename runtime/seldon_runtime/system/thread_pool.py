"""Threads for work that must not outlive the server."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

_Job = tuple[Callable[..., Any], tuple[Any, ...]]


class ThreadPool(Executor):
    """Up to `most` threads, started when there is work for them.

    They are daemons: one that waits for a component that hangs lets the process end, unlike ThreadPoolExecutor's.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._starting = threading.Lock()
        self._count = 0

    def submit(self, call: Callable[..., Any], /, *args: Any, **keywords: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.do(_run, future, call, args, keywords)
        return future

    def do(self, call: Callable[..., None], *args: Any) -> None:
        """Like `submit`, for a call that raises nothing and that nobody waits for."""
        self._jobs.put((call, args))
        if not self._idle.acquire(blocking=False):
            self._start_another()

    def _start_another(self) -> None:
        with self._starting:
            if self._count < self._most:
                self._count += 1
                threading.Thread(target=self._work, name=f"{self._name}-{self._count}", daemon=True).start()

    def _work(self) -> None:
        while True:
            call, args = self._jobs.get()
            call(*args)
            self._idle.release()


def _run(future: Future[Any], call: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call(*args, **keywords)
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
