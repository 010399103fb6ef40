"""Creates the Redis client of a PERSISTENCE_URL: of one server, of the master that Sentinels name, or of a cluster."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.connection import parse_url
from redis.retry import Retry
from redis.sentinel import Sentinel

from ..config.server_secrets import passwords_of

_CONNECT_TIMEOUT, _TIMEOUT = 5.0, 10.0  # seconds; short, because a value is sent in small chunks
_REDIS_PORT, _SENTINEL_PORT = 6379, 26379
_LOGIN = ("username", "password")  # of the Sentinels, if it is not the one of Redis
Client = Redis | RedisCluster


def connect(url: str) -> Client:
    """A client that connects at its first use. Raises ValueError, and its text may contain a password."""
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if kind == "sentinel":
        return _sentinel_client(scheme, parts)
    if kind == "cluster":
        nodes = [ClusterNode(host, port) for host, port in _hosts(parts, _REDIS_PORT)]
        return RedisCluster(startup_nodes=nodes, **_options(scheme, parts))
    return Redis.from_url(url, **_timeouts())


def _sentinel_client(scheme: str, parts: SplitResult) -> Client:
    """For redis+sentinel://user:password@host:port,host:port/service/database"""
    service, _, database = parts.path.strip("/").partition("/")
    options = _options(scheme, parts)
    login = {name: options.pop(f"sentinel_{name}") for name in _LOGIN if f"sentinel_{name}" in options}
    tls = {name: value for name, value in options.items() if name.startswith("ssl")}
    sentinel = Sentinel(_hosts(parts, _SENTINEL_PORT), sentinel_kwargs={**_timeouts(), **tls, **login}, **options)
    client: Client = sentinel.master_for(service, db=int(database or 0))
    return client


def _options(scheme: str, parts: SplitResult) -> dict[str, Any]:
    """The options that the URL has for every host."""
    user, at, _ = parts.netloc.rpartition("@")
    options: dict[str, Any] = dict(parse_url(f"{scheme}://{user}{at}host?{parts.query}"))
    if options.pop("connection_class", None) is not None:
        options["ssl"] = True
    options.pop("host")
    return {**options, **_timeouts()}


def _hosts(parts: SplitResult, default_port: int) -> list[tuple[str, int]]:
    hosts = []
    for text in parts.netloc.rpartition("@")[2].split(","):
        host = urlsplit(f"//{text}")
        if not host.hostname:
            raise ValueError(text)
        hosts.append((unquote(host.hostname), host.port or default_port))
    return hosts


def _timeouts() -> dict[str, Any]:
    # no retries in the client, because the state saver retries and logs that
    return {"socket_connect_timeout": _CONNECT_TIMEOUT, "socket_timeout": _TIMEOUT, "retry": Retry(NoBackoff(), 0)}


def location(url: str) -> str:
    """The URL without user, password and options, for logs and errors."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def without_secrets(text: str, url: str) -> str:
    """The text of an error, with every password of the URL replaced."""
    for secret in passwords_of(url):
        text = text.replace(secret, "***")
    return text
