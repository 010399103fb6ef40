"""Valid messages, and what their responses must be. Every message has an id, in `meta.tags.id`."""

from __future__ import annotations

import base64
import json
import re
from random import Random
from typing import Any

KINDS = ("ndarray", "tensor", "tftensor", "strData", "binData", "jsonData")
_ID = re.compile(r"id-\d{4}-\d{6}")
_WORDS = ("", "a", "weiß", "数", "\U0001f600", "\x00\x7f", "null", "{}")


def identity_of(part: int, number: int) -> str:
    """An id that no other request of this campaign has."""
    return f"id-{part:04d}-{number:06d}"


def message(random: Random, identity: str, kind: str = "", seconds: float = 0) -> dict[str, Any]:
    """A valid message in its JSON form. seconds: how long the class computes."""
    kind = kind or random.choice(KINDS)
    tags: dict[str, Any] = {"id": identity, **({"seconds": seconds} if seconds else {})}
    meta = {"puid": identity, "tags": tags, "routing": {"unit": random.randrange(9)}, "requestPath": {"unit": "image:1"}}
    found = _DATA[kind](random)
    if kind in ("ndarray", "tensor", "tftensor"):
        found = {"data": {"names": [f"f{number}" for number in range(random.randrange(4))], kind: found}}
    else:
        found = {kind: found}
    return {**found, "meta": meta}


def feedback(random: Random, identity: str) -> dict[str, Any]:
    """A valid message for `send_feedback` in its JSON form."""
    parts = {key: message(random, identity) for key in ("request", "response", "truth")}
    return {**parts, "reward": random.choice((0, 1, -0.5, 1e30))}


def expected_id(sent: Any) -> str | None:
    """The id that the class finds in a message for `predict`; None if that is not certain.

    sent: the request as the client itself reads it, or None if it cannot.
    """
    if not isinstance(sent, dict):
        return None
    found = (_tags(sent) or {}).get("id", "")
    return found if isinstance(found, str) else None


def wrong_response(response: Any, identity: str, expected: str | None) -> str | None:
    """What is wrong with a successful response in its JSON form; None: nothing.

    identity: of the request before it was changed. expected: see `expected_id`.
    """
    seen = (_tags(response) or {}).get("seen")
    if seen == (identity if expected is None else expected):
        return None
    if expected is None and not (isinstance(seen, str) and _ID.fullmatch(seen)):
        return None
    return f"id: expected {identity if expected is None else expected!r}, found {seen!r} in {str(response)[:200]}"


def wrong_error(body: bytes) -> str | None:
    """What is wrong with the body of an error; None: nothing."""
    try:
        status = json.loads(body)["status"]
        if status["status"] in (1, "FAILURE") and status["reason"].startswith("MICROSERVICE_") and status["info"]:
            return None
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return f"an error without its JSON body: {body[:200]!r}"


def _tags(message: Any) -> dict[str, Any] | None:
    meta = message.get("meta") if isinstance(message, dict) else None
    tags = meta.get("tags") if isinstance(meta, dict) else None
    return tags if isinstance(tags, dict) else None


def _number(random: Random) -> float | int:
    return random.choice((random.randrange(-9, 99), random.uniform(-1, 1), 2**53 + 1, 1e-300, 0.1))


def _matrix(random: Random) -> list[list[Any]]:
    width = random.randrange(1, 5)
    return [[_number(random) for _ in range(width)] for _ in range(random.randrange(1, 5))]


def _ndarray(random: Random) -> list[Any]:
    texts = [[random.choice(_WORDS), _number(random)] for _ in range(2)]
    return random.choice((_matrix(random), texts, [[[1, 2], [3, 4]]], [1, None, 2.5]))


def _tensor(random: Random) -> dict[str, Any]:
    rows = _matrix(random)
    return {"shape": [len(rows), len(rows[0])], "values": [value for row in rows for value in row]}


def _tftensor(random: Random) -> dict[str, Any]:
    values = [float(random.randrange(9)) for _ in range(random.randrange(1, 9))]
    return {"dtype": 1, "tensorShape": {"dim": [{"size": str(len(values))}]}, "doubleVal": values}


def _bytes(random: Random) -> str:
    return base64.b64encode(random.randbytes(random.randrange(40))).decode()


def _json(random: Random) -> Any:
    return random.choice(({"a": [1, {"b": None}], "c": "é"}, {"x": {}}, {"n": _number(random)}))


_DATA: dict[str, Any] = {
    "ndarray": _ndarray, "tensor": _tensor, "tftensor": _tftensor, "binData": _bytes, "jsonData": _json,
    "strData": lambda random: random.choice(_WORDS) * random.randrange(1, 20)}
