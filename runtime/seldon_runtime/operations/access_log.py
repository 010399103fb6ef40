"""The access log: an entry for each request, in the format of the log (docs/operations.md, "Logs")."""

from __future__ import annotations

import logging
from typing import Any

from seldon_component import log_context

from .exchange import Exchange

log = logging.getLogger(f"{__name__.partition('.')[0]}.access")
_NANOSECONDS = 1_000_000_000
_LONGEST_PATH = 150  # characters


class AccessLog:
    """An Observer. Its entries do not depend on LOG_LEVEL, because ACCESS_LOG has a meaning of its own."""

    def __init__(self) -> None:
        log.setLevel(logging.INFO)

    def __call__(self, exchange: Exchange) -> None:
        try:
            self._log(exchange)
        except Exception:
            log.exception("a request is missing in the access log")

    def _log(self, exchange: Exchange) -> None:
        path, sent = exchange.path[:_LONGEST_PATH], len(exchange.response)
        ids = [*_ids(exchange), ("client.address", exchange.peer)]
        shown = ", ".join(f"{name.removesuffix('.address').removesuffix('.id')} {text}" for name, text in ids if text)
        log.info(
            "%s %s %s, %d B in, %d B out, %.6f s%s",
            *("gRPC" if exchange.is_grpc else exchange.verb or "-", path),
            *(exchange.code, exchange.body_size, sent, exchange.seconds, f" ({shown})" if shown else ""),
            extra={"fields": [*_fields(exchange, path), *((name, text) for name, text in ids if text)]},
        )


def _ids(exchange: Exchange) -> list[tuple[str, str]]:
    found = [("puid", exchange.puid)]
    return found + [pair for pair in log_context.fields_of([], exchange.trace_parent) if pair[0] != "puid"]


def _fields(exchange: Exchange, path: str) -> list[tuple[str, Any]]:
    sent, duration = len(exchange.response), round(exchange.seconds * _NANOSECONDS)
    sizes = [("http.request.body.bytes", exchange.body_size), ("http.response.body.bytes", sent)]
    if exchange.is_grpc:
        head = [("rpc.system", "grpc"), ("url.path", path), ("rpc.grpc.status", exchange.code)]
        return [*head, *sizes, ("event.duration", duration)]
    google = {
        "requestMethod": exchange.verb,
        "requestUrl": path,
        "status": exchange.code,
        "requestSize": str(exchange.body_size),
        "responseSize": str(sent),
        "latency": f"{exchange.seconds:.6f}s",
        "remoteIp": exchange.peer,
    }
    head = [("http.request.method", exchange.verb), ("url.path", path), ("http.response.status_code", exchange.code)]
    return [*head, *sizes, ("event.duration", duration), ("httpRequest", google)]
