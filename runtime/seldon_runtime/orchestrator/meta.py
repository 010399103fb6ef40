"""The `meta` of a message on its way, merged as Seldon's engine of 2018 did.

Tags go from unit to unit, so each message has its own. A message is never changed here, because units that work side
by side may have got the same one. What each unit adds once, under its name, stands in a `Record`.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Sequence
from typing import Any

from seldon_component.errors import CallError
from seldon_component.payload import Payload

_OF_THE_WALK = ("routing", "requestPath", "metrics")  # only the walk may say them


class Record:
    """What one request has left behind at the units: their branches, their places and their metrics."""

    __slots__ = ("_metrics", "_places", "_routing")

    def __init__(self) -> None:
        self._routing: dict[str, Any] = {}
        self._places: dict[str, Any] = {}
        self._metrics: list[dict[str, Any]] = []

    def add_branch(self, unit: str, branch: int) -> None:
        self._routing[unit] = branch

    def add_call(self, unit: str, place: str, meta: dict[str, Any]) -> None:
        """meta: of the unit's response. A unit may be a graph itself, and name units of its own."""
        self._routing.update(meta.get("routing") or {})
        self._places.update(meta.get("requestPath") or {})
        self._places[unit] = place
        for metric in meta.get("metrics") or ():  # each says whose it is, under the label of Seldon's orchestrators
            self._metrics.append({**metric, "tags": {"model_name": unit, **(metric.get("tags") or {})}})

    def complete(self, message: Payload) -> Payload:
        """The last message, for the client."""
        found = {"routing": self._routing, "requestPath": self._places, "metrics": self._metrics}
        return with_meta(message, {**message.meta, **{key: value for key, value in found.items() if value}})


def begun(message: Payload) -> Payload:
    """A client's message at the root of the graph: with an id, and without what only the walk may say."""
    meta = _without_record(message.meta)
    if not meta.get("puid"):
        meta["puid"] = str(uuid.uuid4())
    return with_meta(message, meta)


def continued(response: Payload, earlier: dict[str, Any]) -> Payload:
    """A unit's response with the meta of the message that it got. Its own tags win."""
    tags = {**(earlier.get("tags") or {}), **(response.meta.get("tags") or {})}
    meta = {**_without_record(response.meta), **earlier, "tags": tags}
    if not tags:
        del meta["tags"]
    return with_meta(response, meta)


def together(messages: Sequence[Payload]) -> dict[str, Any]:
    """The meta of what several children have sent back. Of two that set the same tag, the later one wins."""
    tags = {key: value for message in messages for key, value in (message.meta.get("tags") or {}).items()}
    return {**messages[0].meta, "tags": tags} if tags else messages[0].meta


def with_meta(message: Payload, meta: dict[str, Any]) -> Payload:
    """The same message with another meta."""
    return Payload(message.kind, message.data, message.names, meta, message.status, message.others)


def named(error: CallError, unit: str) -> CallError:
    """The error of a unit, with the unit's name in what the client reads. Status, reason and body are as they were."""
    found = copy.copy(error)
    found.info = f"unit '{unit}': {error.info}"
    status = error.body.get("status") if isinstance(error.body, dict) else None
    if isinstance(status, dict) and isinstance(status.get("info"), str):
        found.body = {**error.body, "status": {**status, "info": f"unit '{unit}': {status['info']}"}}
    return found


def _without_record(meta: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in meta.items() if key not in _OF_THE_WALK}
