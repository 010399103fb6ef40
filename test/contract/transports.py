"""How a case's question reaches a server. A transport has `name` and `ask`; the table of cases knows no more of it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, Protocol

import requests
from servers import Server


class Answer(NamedTuple):
    """status: as HTTP says it, whatever the wire. message: the answer in the JSON form."""

    status: int
    message: Any


class Transport(Protocol):
    """One wire to one server. `name` is the key of a case's overrides."""

    name: str

    def ask(self, method: str, message: Any) -> Answer:
        """The answer to a message in its JSON form; text is sent as the body that it is."""

    def same(self, found: Any, expected: Any) -> bool:
        """Whether an answer says what is expected, as exactly as this wire can say it."""

    def close(self) -> None: ...


class Rest:
    """JSON bodies, each method at its plain path."""

    name = "rest"
    PATHS = {"predict": "/predict", "send_feedback": "/send-feedback", "transform_input": "/transform-input",
             "transform_output": "/transform-output", "route": "/route", "aggregate": "/aggregate"}

    def __init__(self, server: Server) -> None:
        self._url = server.url
        self._session = requests.Session()

    def ask(self, method: str, message: Any) -> Answer:
        body = message if isinstance(message, str) else json.dumps(message)
        answer = self._session.post(self._url + self.PATHS[method], data=body.encode(), timeout=5,
                                    headers={"Content-Type": "application/json"})
        assert answer.headers["Content-Type"] == "application/json"
        return Answer(answer.status_code, json.loads(answer.content, parse_constant=_no_constant))

    def same(self, found: Any, expected: Any) -> bool:
        """To the letter: 1 is not 1.0, true is not 1."""
        return json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)

    def close(self) -> None:
        self._session.close()


def _no_constant(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


TRANSPORTS = (Rest,)
