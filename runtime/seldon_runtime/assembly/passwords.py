"""Passwords and tokens in a text: in URLs, `https://user:password@host`, `https://token@host`, and in a netrc."""

from __future__ import annotations

import re
from collections.abc import Iterator

_URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[^\s/@:'\"]*)(:(?P<password>[^\s/@'\"]*))?@", re.IGNORECASE
)
_NETRC = re.compile(r"\b(?:machine\s+\S+|default)\s+(?:(?:login|account)\s+\S+\s+)*password\s+(?P<password>\S+)")
_NOT_SECRET = re.compile(r"\*+|\$.*|%\(.*|")  # pip's own mask, and the name of a variable


def passwords_in(text: str) -> Iterator[str]:
    """Each of them. A URL's user alone is one over HTTP, where it is a token, but not over SSH."""
    for found in (*_URL.finditer(text), *_NETRC.finditer(text)):
        secret, parts = found["password"], found.groupdict()
        if secret is None and parts["scheme"].lower().endswith(("http", "https")):
            secret = parts["user"]
        if secret and not _NOT_SECRET.fullmatch(secret):
            yield secret
