"""CloudEvents around a request of V1 and its response, in both forms of their HTTP binding.

Binary: the attributes are headers `ce-…`, and the body is the message. Structured: all is one JSON object.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from seldon_component.codec.arrays import describe
from seldon_component.errors import BadPayload

from ..codec import json_codec
from .messages import parse

MEDIA_TYPE = "application/cloudevents+json"
_PREFIX = b"ce-"
_REQUIRED = ("specversion", "id", "source", "type")
_OF_RESPONSE = frozenset(("id", "time", "datacontenttype", "data", "data_base64"))  # never taken from the request
_NOT_ESCAPED = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != '"')  # % begins what is escaped already
_VERSION = "1.0"


class EventSettings(NamedTuple):
    """type, source: of responses; None: KServe's own. merge: whether a response keeps attributes of its request."""

    type: str | None
    source: str | None
    merge: bool


class Event(NamedTuple):
    """The event that a request came in. attributes: text, but JSON values in a structured one."""

    attributes: dict[str, Any]
    is_structured: bool

    def response(self, model: str, settings: EventSettings) -> dict[str, Any]:
        """The attributes of the response's event. model: the name that the client has used."""
        kept = self.attributes.items() if settings.merge else ()
        return {
            "specversion": _VERSION,
            **{name: value for name, value in kept if name not in _OF_RESPONSE},
            "id": str(uuid.uuid4()),
            "source": settings.source or f"io.kserve.inference.{quote(model, safe='')}",
            "type": settings.type or "io.kserve.inference.response",
            "time": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        }


def binary_event(headers: Mapping[bytes, bytes]) -> Event | None:
    """The event whose attributes these headers have; None if they have not all that are required."""
    if not all(_PREFIX + name.encode() in headers for name in _REQUIRED):
        return None
    attributes = {
        name[len(_PREFIX) :].decode("latin-1"): value.decode("latin-1")
        for name, value in headers.items()
        if name.startswith(_PREFIX)
    }
    return Event(attributes, is_structured=False)


def structured_event(value: Any, largest: float) -> tuple[Event, Any]:
    """The event and the message in it. value: the decoded body. Raises BadPayload and TooLarge."""
    if not isinstance(value, dict):
        raise BadPayload(f"event: expected an object, found {describe(value)}")
    for name in _REQUIRED:
        if not isinstance(value.get(name), str):
            raise BadPayload(f"event: {name}: expected text, found {describe(value.get(name))}")
    attributes = {name: part for name, part in value.items() if name not in _OF_RESPONSE}
    return Event(attributes, is_structured=True), _data(value, largest)


def _data(value: dict[str, Any], largest: float) -> Any:
    if "data_base64" not in value:
        return value.get("data")
    try:
        return parse(base64.b64decode(value["data_base64"], validate=True), largest)
    except (binascii.Error, TypeError, ValueError):
        raise BadPayload(f"event: data_base64: expected base64, found {describe(value['data_base64'])}") from None


def headers_of(attributes: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The attributes as headers of a binary event."""
    return tuple((f"ce-{name}", quote(str(value), safe=_NOT_ESCAPED)) for name, value in attributes.items())


def wrapped(attributes: dict[str, Any], body: bytes) -> bytes:
    """The JSON of a structured event. body: the JSON of its data."""
    start = json_codec.dump({**attributes, "datacontenttype": "application/json"})
    return b'%b,"data":%b}' % (start[:-1], body)
