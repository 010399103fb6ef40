"""What a transport is, and what it returns."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from support.contract_servers import ContractServer


class Answer(NamedTuple):
    """status: as HTTP says it, for gRPC too. message: the answer in the JSON form."""

    status: int
    message: Any


class Transport(Protocol):
    """One wire to one server. `key` is that of a case's overrides."""

    name: str
    key: str

    def __init__(self, server: ContractServer) -> None: ...

    @classmethod
    def can_say(cls, method: str, message: Any) -> bool:
        """Whether this wire has words for a message."""

    def ask(self, method: str, message: Any) -> Answer:
        """The answer to a message in its JSON form; text is sent as the body that it is."""

    def same(self, found: Any, expected: Any) -> bool:
        """Whether an answer says what is expected, as exactly as this wire can say it."""

    def close(self) -> None: ...
