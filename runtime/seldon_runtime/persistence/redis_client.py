"""PERSISTENCE_URL -> a client of one Redis server, of what a Sentinel watches, or of a cluster."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.connection import parse_url
from redis.retry import Retry
from redis.sentinel import Sentinel

_CONNECT_TIMEOUT, _TIMEOUT = 5.0, 10.0  # seconds; a value travels in small pieces
_SENTINEL_PORT = 26379
Client = Redis | RedisCluster


def connect(url: str) -> Client:
    """A client, which connects when it is used first. Raises ValueError, whose text may hold a password."""
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if kind == "sentinel":
        return _behind_sentinel(scheme, parts)
    if kind == "cluster":
        nodes = [ClusterNode(host, port) for host, port in _hosts(parts, 6379)]
        return RedisCluster(startup_nodes=nodes, **_options(scheme, parts))
    return Redis.from_url(url, **_timeouts())


def _behind_sentinel(scheme: str, parts: SplitResult) -> Client:
    """redis+sentinel://user:password@host:port,host:port/service/database"""
    service, _, database = parts.path.strip("/").partition("/")
    options = _options(scheme, parts)
    own = {name.removeprefix("sentinel_"): options.pop(name) for name in ("sentinel_username", "sentinel_password")
           if name in options}  # fmt: skip
    secured = {name: value for name, value in options.items() if name.startswith("ssl")}
    sentinel = Sentinel(_hosts(parts, _SENTINEL_PORT), sentinel_kwargs={**_timeouts(), **secured, **own}, **options)
    client: Client = sentinel.master_for(service, db=int(database or 0))
    return client


def _options(scheme: str, parts: SplitResult) -> dict[str, Any]:
    """The options of the URL for one host, whichever it is."""
    user, at, _ = parts.netloc.rpartition("@")
    options: dict[str, Any] = dict(parse_url(f"{scheme}://{user}{at}host?{parts.query}"))
    if options.pop("connection_class", None) is not None:
        options["ssl"] = True
    options.pop("host")
    return {**options, **_timeouts()}


def _hosts(parts: SplitResult, usual_port: int) -> list[tuple[str, int]]:
    hosts = []
    for text in parts.netloc.rpartition("@")[2].split(","):
        host = urlsplit(f"//{text}")
        if not host.hostname:
            raise ValueError(text)
        hosts.append((unquote(host.hostname), host.port or usual_port))
    return hosts


def _timeouts() -> dict[str, Any]:
    # whoever uses the client retries, and says so
    return {"socket_connect_timeout": _CONNECT_TIMEOUT, "socket_timeout": _TIMEOUT, "retry": Retry(NoBackoff(), 0)}


def location(url: str) -> str:
    """The URL for people: without user, password and options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def without_secrets(text: str, url: str) -> str:
    """An error's text, should it ever repeat a password of the URL."""
    parts = urlsplit(url)
    query = {name: values for name, values in parse_qs(parts.query).items() if "password" in name}
    secrets = [
        unquote(parts.password or ""),
        parts.password or "",
        *(value for values in query.values() for value in values),
    ]
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return text
