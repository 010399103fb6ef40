"""The secrets of the server: which they are, and which variables of the environment hold them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

# what variables of the server alone begin with: the component knows no store and no sink of the request log
_OF_THE_SERVER = ("PERSISTENCE_", "REQUEST_LOGGER_")
_LONG = 8  # characters; a shorter secret may be a part of any text


def passwords_of(url: str) -> set[str]:
    """The passwords in a store's URL, as they are and percent-encoded."""
    parts = urlsplit(url)
    passwords = {parts.password or "", unquote(parts.password or "")}
    for name, values in parse_qs(parts.query).items():
        if "password" in name:
            passwords.update(values)
    return passwords - {""}


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a component gets: neither those of the server, nor one that has a secret of the server in it.

    A deployment often keeps a password in a variable of its own, from which it composes PERSISTENCE_URL.
    They are secrets even if the server does not keep the state, and so reads none of them.
    """
    secrets = {environment.get("PERSISTENCE_KEY", "").strip()} - {""}
    for url in ("PERSISTENCE_URL", "REQUEST_LOGGER_URL"):
        with contextlib.suppress(ValueError):  # a text that is no URL
            secrets |= passwords_of(environment.get(url, "").strip())
    return {
        name: text
        for name, text in environment.items()
        if not name.startswith(_OF_THE_SERVER) and not any(_holds(text, secret) for secret in secrets)
    }


def _holds(text: str, secret: str) -> bool:
    return text.strip() == secret or (len(secret) >= _LONG and secret in text)
