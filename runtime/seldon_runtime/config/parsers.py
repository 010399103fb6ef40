"""One function for each form of a variable: text -> value. Each raises ValueError for a text that is not allowed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from seldon_component.model_files.names import is_file_name

APIS = ("REST", "GRPC")
PROTOCOLS = ("seldon", "v2", "v1")
STORE_SCHEMES = (
    "redis",
    "rediss",
    "unix",
    "redis+sentinel",
    "rediss+sentinel",
    "redis+cluster",
    "rediss+cluster",
    "file",
)
SHORTEST_KEY = 16  # characters


class Advised(ValueError):
    """A text that is not allowed, and what to do about it."""


def model_name(text: str) -> str:
    """A class's dotted name, or the path of a model file below the model's folder."""
    is_file = is_file_name(text) and not {"", ".."}.intersection(text.split("/"))  # nor is it a URL
    if not (is_file or re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", text)):
        raise ValueError
    if text.endswith(".py"):
        raise Advised("leave .py out")
    return text


def apis(text: str) -> tuple[str, ...]:
    """`REST`, `GRPC` or both, in any order and case."""
    found = {word.strip().upper() for word in text.split(",")}
    if not found <= set(APIS):
        raise ValueError
    return tuple(api for api in APIS if api in found)


def protocols(text: str) -> tuple[str, ...]:
    """Some of PROTOCOLS, in any order and case."""
    found = {word.strip().lower() for word in text.split(",")}
    if not found <= set(PROTOCOLS):
        raise ValueError
    return tuple(protocol for protocol in PROTOCOLS if protocol in found)


def origins(text: str) -> tuple[str, ...]:
    """`*`, or origins between commas, as browsers send them: `https://shop.example`, with a port if it is unusual."""
    found = tuple(_origin(word.strip()) for word in text.split(",") if word.strip())
    if not found or ("*" in found and len(found) > 1):
        raise ValueError
    return found


def _origin(text: str) -> str:
    if text == "*":
        return text
    parts = urlsplit(text.lower())
    if not parts.scheme or not parts.hostname or parts.username is not None or not text.isascii():
        raise ValueError
    if text.lower() != f"{parts.scheme}://{parts.netloc}":
        raise Advised(f"an origin ends with its host or port: {parts.scheme}://{parts.netloc}")
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return text.lower().removesuffix(f":{usual}") if parts.port == usual else text.lower()


def names(text: str) -> tuple[str, ...]:
    """Names between commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.upper() not in allowed and text.lower() not in allowed:
            raise ValueError
        return text.upper() if text.upper() in allowed else text.lower()

    return read


def number(kind: type, least: float, most: float = float("inf")) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = kind(text)
        if not least <= value <= most:
            raise ValueError
        return value

    return read


def milliseconds(least: int, most: int) -> Callable[[str], float]:
    return lambda text: float(number(int, least, most)(text)) / 1000


def address(text: str) -> str:
    """An IP address, also between the brackets that IPv6 has in a URL."""
    if text.lower() == "localhost":
        raise Advised("use 127.0.0.1 or ::1")
    return str(ip_address(text[1:-1] if text.startswith("[") and text.endswith("]") else text))


class RedisPort(NamedTuple):
    """host: the one that came with the port, or None."""

    port: int
    host: str | None

    def url(self, host: str | None) -> str:
        """host: a name or an IP address; it wins over the one that came with the port."""
        found = host or self.host or "localhost"
        return (
            f"redis://[{found}]:{self.port}/0"
            if ":" in found and "[" not in found
            else f"redis://{found}:{self.port}/0"
        )


def redis_port(text: str) -> RedisPort:
    """A port, or `tcp://host:port`, which Kubernetes sets for a Service."""
    link = urlsplit(text if "://" in text else f"tcp://:{text}")
    if link.scheme != "tcp" or not link.port or link.path:
        raise ValueError
    return RedisPort(link.port, link.hostname)


def buckets(text: str) -> tuple[float, ...]:
    """Bounds of a histogram: from 1 to 50 finite numbers above 0, each larger than the one before."""
    found = tuple(float(word) for word in text.split(","))
    rises = all(before < after for before, after in zip((0.0, *found), (*found, float("inf")), strict=True))
    if len(found) > 50 or not rises:
        raise ValueError
    return found


def url_path(text: str) -> str:
    """The path of a URL, without a query."""
    if not re.fullmatch(r"/[\w/.~-]*", text, re.ASCII):
        raise ValueError
    return text


def store_url(text: str) -> str:
    """A URL of one of STORE_SCHEMES. Each host has a name. If it has a port, that is a number above 0."""
    parts = urlsplit(text)
    hosts = [urlsplit(f"//{host}") for host in parts.netloc.rpartition("@")[2].split(",") if parts.netloc]
    if any(not host.hostname or host.port == 0 for host in hosts):
        raise ValueError
    if parts.scheme not in STORE_SCHEMES or not (parts.path if parts.scheme in ("file", "unix") else parts.netloc):
        raise ValueError
    return text


def signing_key(text: str) -> bytes:
    if len(text) < SHORTEST_KEY:
        raise ValueError
    return text.encode()


def boolean(text: str) -> bool:
    """True or false, in all words that pip reads."""
    words = {**dict.fromkeys(("1", "true", "t", "yes", "y", "on"), True),
             **dict.fromkeys(("0", "false", "f", "no", "n", "off"), False)}  # fmt: skip
    if text.lower() not in words:
        raise ValueError
    return words[text.lower()]


def json_object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError
    return value
