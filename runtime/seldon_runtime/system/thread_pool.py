"""A pool of threads that cannot keep the process alive."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from math import ceil
from typing import Any

from .busy_loop import busy_loop
from .cpus import container_cpus
from .scheduling import use_batch_scheduling

_Task = tuple[Callable[..., Any], tuple[Any, ...]]
_FEWEST_READERS = 2  # so that a short message does not wait for a long one


def reader_count(most: int) -> int:
    """How many threads may read large messages at one time, of `most`.

    More than there are CPUs would only hold up others, and need more memory.
    """
    return min(most, max(_FEWEST_READERS, ceil(container_cpus())))


class ThreadPool(Executor):
    """At most `most` threads. Each is started when there is a task for it.

    They are daemon threads, unlike those of ThreadPoolExecutor: the process can end although one of them waits.
    """

    def __init__(self, most: int, name: str, is_batch: bool = False) -> None:
        """is_batch: whether its tasks are work for a CPU, which must not hold up the thread that gives them out."""
        self._most = most
        self._name = name
        self._is_batch = is_batch
        self._tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._idle: list[None] = []  # one element for each idle thread; its append and pop are atomic, and cost little
        self._starting = threading.Lock()
        self._count = 0

    def submit(self, call: Callable[..., Any], /, *args: Any, **keywords: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.do(_run, future, call, args, keywords)
        return future

    def do(self, call: Callable[..., None], *args: Any) -> None:
        """Like `submit`, but for a call that raises nothing and has no result."""
        self._tasks.put((call, args))
        try:
            self._idle.pop()
        except IndexError:
            self._start_another()

    def _start_another(self) -> None:
        with self._starting:
            if self._count < self._most:
                self._count += 1
                threading.Thread(target=self._work, name=f"{self._name}-{self._count}", daemon=True).start()

    def _work(self) -> None:
        if self._is_batch:
            use_batch_scheduling()
        while True:
            call, args = self._tasks.get()
            if self._is_batch:
                busy_loop.give_way()
            call(*args)
            del call, args  # they may refer to a large message, and the next task may be far away
            self._idle.append(None)


def _run(future: Future[Any], call: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call(*args, **keywords)
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
