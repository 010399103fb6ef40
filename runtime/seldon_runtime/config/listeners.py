"""Which APIs are served, and on which ports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .settings import Listener

_BOTH, _USUAL = ("REST", "GRPC"), ("REST",)


def served_apis(values: Mapping[str, Any]) -> tuple[str, ...]:
    """REST first. values: a variable's field -> its value, None if it is not set.

    If each API has a port of its own, both are served, even if API_TYPE says one. Without API_TYPE, a port for gRPC
    alone says the same.
    """
    if values["grpc_port"] and (values["http_port"] or values["apis"] is None):
        return _BOTH
    return values["apis"] or _USUAL


def listeners_of(values: Mapping[str, Any]) -> tuple[Listener, ...]:
    """values: the same, with the served APIs as `apis`."""
    apis, grpc_port = values["apis"], values["grpc_port"]
    port = values["platform_port"] or values["port"]
    ports = {"REST": values["http_port"] or port, "GRPC": grpc_port or (port + 1 if "REST" in apis else port)}
    return tuple(Listener(api, ports[api]) for api in apis)
