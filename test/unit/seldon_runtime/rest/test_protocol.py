"""seldon_runtime.rest.later and protocol: applications without a server."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from seldon_runtime.http_server.protocol import HttpRequest
from seldon_runtime.rest.later import LazyHandler


def test_an_application_is_made_once_by_the_first_of_many_requests():
    made: list[int] = []
    answers: list[int] = []

    def make():
        made.append(threading.get_ident())
        time.sleep(0.05)
        return lambda environ, respond: respond(environ["n"])

    deferred: Any = LazyHandler(make)  # the arguments are those of the application above
    assert made == []
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: deferred({"n": n}, answers.append), range(8)))
    assert (len(made), sorted(answers)) == (1, list(range(8)))


def test_an_application_that_could_not_be_made_is_tried_again():
    failing = iter([True, False])
    answers: list[str] = []

    def make():
        if next(failing):
            raise MemoryError
        return lambda environ, respond: respond("made")

    deferred: Any = LazyHandler(make)  # the arguments are those of the application above
    with pytest.raises(MemoryError):
        deferred({}, answers.append)
    deferred({}, answers.append)
    assert answers == ["made"]


def test_a_callback_hears_of_a_client_that_has_gone_before_or_after_it_is_set():
    called = []
    early, late = HttpRequest("GET", "/"), HttpRequest("GET", "/")
    early.disconnect()
    early.on_disconnect(lambda: called.append("early"))
    late.on_disconnect(lambda: called.append("late"))
    assert called == ["early"]
    late.disconnect()
    assert called == ["early", "late"]
