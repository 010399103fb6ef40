"""Requests over HTTP to a server of the class Echo, whose bodies have a limit."""

import http.client
import json

LIMIT = 300_000
BODY = json.dumps({"data": {"ndarray": [[1, 2.5]]}}).encode()
ANSWER = {"data": {"names": ["t:0", "t:1"], "ndarray": [[1.0, 2.5]]}, "meta": {}}


def ask(server, verb, path, headers, body):
    """(status, decoded answer); fails when that is no JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=60)
    connection.request(verb, path, body=body, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status, json.loads(content)


def post(server, body, **headers):
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return ask(server, "POST", "/predict", {"Content-Type": "application/json", **named}, body)


def info_of(answer):
    """(reason, info) of an error."""
    status = answer["status"]
    assert (status["status"], status["code"]) == (1, -1)
    return status["reason"], status["info"]
