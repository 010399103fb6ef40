"""A client of an application that needs no port."""

import queue

from seldon_runtime.rest.factory import create_application
from werkzeug.test import Client


def client(model, settings, metrics=None):
    """werkzeug's test client of all that is served in front of `model`."""
    return Client(_wsgi(create_application(model, settings, metrics)))


def _wsgi(application):
    def wsgi(environ, start_response):
        answers = queue.SimpleQueue()
        application(environ, lambda *answer: answers.put(answer))
        status, headers, body = answers.get(timeout=60)
        start_response(f"{status} -", headers)
        return [body]
    return wsgi
