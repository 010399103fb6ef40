"""rest.application.Deferred."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from seldon_runtime.rest.protocol import LazyApplication


def test_an_application_is_made_once_by_the_first_of_many_requests():
    made, answers = [], []

    def make():
        made.append(threading.get_ident())
        time.sleep(0.05)
        return lambda environ, respond: respond(environ["n"])

    deferred = LazyApplication(make)
    assert made == []
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: deferred({"n": n}, answers.append), range(8)))
    assert (len(made), sorted(answers)) == (1, list(range(8)))


def test_an_application_that_could_not_be_made_is_tried_again():
    answers, failing = [], iter([True, False])

    def make():
        if next(failing):
            raise MemoryError
        return lambda environ, respond: respond("made")

    deferred = LazyApplication(make)
    with pytest.raises(MemoryError):
        deferred({}, answers.append)
    deferred({}, answers.append)
    assert answers == ["made"]
