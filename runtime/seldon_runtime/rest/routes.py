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
_METHODS = {path: method for method, paths in PATHS.items() for path in paths}
# a gateway in front of us: /seldon/<name>/api/… or /seldon/<namespace>/<name>/api/…
_GATEWAY_PREFIX = re.compile(r"/seldon/[^/]+(/[^/]+)?(?=/api/v)")


def method_of(path: str) -> str | None:
    """The component's method behind a path, or None."""
    method = _METHODS.get(path)
    if method is None and path.startswith("/seldon/"):
        return _METHODS.get(_GATEWAY_PREFIX.sub("", path, count=1))
    return method
