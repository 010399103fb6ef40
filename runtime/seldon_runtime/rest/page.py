"""The page at `/`: one file that asks this service's own /seldon.json, /metadata and /ready for all that it shows."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

PAGE = Path(__file__).with_name("page.html").read_bytes()
_OWN = ("style", "script")


def security_policy(page: bytes = PAGE) -> str:
    """The Content-Security-Policy under which the page's own style and script may ask this service, no more."""
    hashes = {tag: " ".join(f"'sha256-{_digest(text)}'" for text in _contents(page, tag)) for tag in _OWN}
    return (
        f"default-src 'none'; style-src {hashes['style']}; script-src {hashes['script']}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


def _contents(page: bytes, tag: str) -> list[bytes]:
    return re.findall(rf"<{tag}>(.*?)</{tag}>".encode(), page, re.DOTALL)


def _digest(text: bytes) -> str:
    return base64.b64encode(hashlib.sha256(text).digest()).decode()
