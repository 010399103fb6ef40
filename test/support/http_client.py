"""A client of an application that needs no port."""

import queue
from typing import Any

from seldon_runtime.http_server.protocol import HttpRequest
from seldon_runtime.operations.telemetry import Telemetry
from seldon_runtime.rest.factory import create_application
from werkzeug.test import Client


def client(model, settings, metrics=None, create_views=None):
    """werkzeug's test client of all that is served in front of `model`. create_views: of a graph."""
    telemetry = metrics and Telemetry(settings, metrics)
    return Client(_wsgi(create_application(model, settings, telemetry, create_views=create_views)))


def _wsgi(application):
    def wsgi(environ, start_response):
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        application(_request(environ), lambda *answer: answers.put(answer))
        status, headers, body = answers.get(timeout=60)
        start_response(f"{status} -", list(headers))
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]
    return wsgi


def _request(environ):
    names = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"} | {
        name: name[5:].replace("_", "-").lower() for name in environ if name.startswith("HTTP_")}
    headers = {new.encode(): environ[name].encode() for name, new in names.items() if name in environ}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return HttpRequest(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"].encode(), headers, body)
