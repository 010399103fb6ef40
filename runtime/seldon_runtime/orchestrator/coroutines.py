"""Coroutines that no event loop runs: each goes on in the thread that brings what it awaits.

So a request on its way through the graph holds no thread, and needs none of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Generator, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from seldon_component.errors import CallError

Result = TypeVar("Result")
OnResult = Callable[[Any, CallError | None], None]  # one of the two counts: the error, unless it is None


class Awaited(Generic[Result]):
    """What a coroutine awaits. begin: takes the OnResult, which it calls once, from any thread, perhaps at once."""

    __slots__ = ("begin",)

    def __init__(self, begin: Callable[[OnResult], None]) -> None:
        self.begin = begin

    def __await__(self) -> Generator[Any, Any, Result]:
        result: Result = yield self
        return result


def run(coroutine: Coroutine[Any, Any, Any], on_result: OnResult) -> None:
    """Run it to its end. A CallError that it raises is its result; every other exception, too, as a CallError."""

    def go_on(result: Any, error: CallError | None) -> None:
        try:
            awaited = coroutine.throw(error) if error is not None else coroutine.send(result)
        except StopIteration as end:
            on_result(end.value, None)
        except CallError as failure:
            on_result(None, failure)
        except Exception as failure:
            on_result(None, CallError(f"{type(failure).__name__}: {failure}"))
        else:
            awaited.begin(go_on)

    go_on(None, None)


def all_of(coroutines: Sequence[Coroutine[Any, Any, Result]]) -> Awaited[list[Result | CallError]]:
    """Run them side by side, and await all of them. Their results in their order, a CallError for each that failed."""

    def begin(on_results: OnResult) -> None:
        if not coroutines:
            return on_results([], None)
        results = _Results(len(coroutines), on_results)
        for number, coroutine in enumerate(coroutines):
            run(coroutine, partial(results.add, number))

    return Awaited(begin)


class _Results:
    """Those of coroutines that run side by side. Safe to use from many threads."""

    def __init__(self, count: int, on_results: OnResult) -> None:
        self._results: list[Any] = [None] * count
        self._missing, self._lock = count, threading.Lock()
        self._on_results = on_results

    def add(self, number: int, result: Any, error: CallError | None) -> None:
        self._results[number] = result if error is None else error
        with self._lock:
            self._missing -= 1
            is_last = not self._missing
        if is_last:
            self._on_results(self._results, None)
