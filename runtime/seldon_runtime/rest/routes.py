"""Which path asks for which method (docs/protocol.md, "REST")."""

from __future__ import annotations

import re

PATHS = {
    "predict": ("/predict", "/api/v0.1/predictions", "/api/v1.0/predictions"),
    "send_feedback": ("/send-feedback", "/api/v0.1/feedback", "/api/v1.0/feedback"),
    "transform_input": ("/transform-input",),
    "transform_output": ("/transform-output",),
    "route": ("/route",),
    "aggregate": ("/aggregate", "/combine"),
}
# every other method may also be asked by GET, which must change nothing (RFC 9110, section 9.2.1)
POST_ONLY = frozenset(("send_feedback",))
SAVE_PATH = "/persistence/save"
SCRAPED_PATHS = ("/metrics", "/prometheus")
GRAPH_PATHS = ("/graph", "/graph.svg", "/api/v1.0/status")  # of a graph; its page and probes ask again and again
LONGEST_KEPT = 256  # bytes of a path whose meaning is kept
METHODS = {path: method for method, paths in PATHS.items() for path in paths}
# a gateway in front of us: /seldon/<name>/api/… or /seldon/<namespace>/<name>/api/…
_GATEWAY_PREFIX = re.compile(r"/seldon/[^/]+(/[^/]+)?(?=/api/v)")
_SLASHES = re.compile("/{2,}")


def plain(path: str) -> str:
    """The path without a gateway's prefix, a slash at its end, and further slashes beside one: `/predict`."""
    path = _SLASHES.sub("/", path).rstrip("/") or "/"
    return _GATEWAY_PREFIX.sub("", path, count=1) if path.startswith("/seldon/") else path
