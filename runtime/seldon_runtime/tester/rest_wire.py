"""The JSON wire, as clients of either generation speak it."""

from __future__ import annotations

import base64
import http.client
import json
import logging
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from seldon_component.codec import message
from seldon_component.errors import CallError
from seldon_component.payload import Payload

from ..codec import json_codec
from ..messages import Content
from .wire import TIMEOUT, NoAnswer

log = logging.getLogger(__name__)
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class RestWire:
    """urls: of each method. form: whether a message goes as the form field `json`, the one spelling that the components
    of 2018 take, or as a JSON body, which gateways want."""

    urls: Mapping[str, str]
    form: bool
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, method: str, question: Content) -> Payload:
        body, kind = json_codec.encode_question(question), "application/json"
        if self.form:
            body, kind = urllib.parse.urlencode({"json": body}).encode(), _FORM
        answer = post(self.urls[method], body, {"Content-Type": kind, **self.headers})
        try:
            return cast(Payload, message.to_payload(json_codec.parse(answer)))
        except CallError as error:
            raise NoAnswer(f"{self.urls[method]} answered what is no message: {error}") from None


def ask_for_token(url: str, key: str, secret: str) -> str:
    """A token of the OAuth server at `url`. Raises NoAnswer."""
    credentials = base64.b64encode(f"{key}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": _FORM}
    answer = post(url, b"grant_type=client_credentials", headers)
    try:
        return str(json.loads(answer)["access_token"])
    except (ValueError, KeyError, TypeError):
        raise NoAnswer(f"{url} answered without an access_token") from None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body of the answer. Raises NoAnswer for an answer that is an error."""
    log.debug("POST %s", url)
    request = urllib.request.Request(url, body, dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return bytes(response.read())
    except urllib.error.HTTPError as error:
        raise NoAnswer(f"{url} answered {error.code}: {_reason(error.read())}") from None
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"{url}: {getattr(error, 'reason', error)}") from None


def _reason(body: bytes) -> str:
    """What an error says of itself: its info, or the start of its text."""
    try:
        return str(json.loads(body)["status"]["info"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")[:200]
