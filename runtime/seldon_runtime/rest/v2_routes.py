"""The paths of the Open Inference Protocol: which of them means what, for which verbs."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .routes import LONGEST_KEPT, plain

READ, WRITE = ("GET", "HEAD"), ("POST",)
_MODELS, _VERSIONS, _REPOSITORY = "/v2/models/", "/versions/", "/v2/repository/models/"


class Route(NamedTuple):
    """name: of what the path means, a method of `v2_paths.V2Paths`. verbs: that it takes. summary: for the OpenAPI."""

    name: str
    verbs: tuple[str, ...]
    summary: str


class Found(NamedTuple):
    """The meaning of a path. model, version: "" if it has none."""

    route: Route
    model: str = ""
    version: str = ""


INFER = Route("infer", WRITE, "Ask the model for an inference")
PATHS = {
    "/v2": Route("server", READ, "The server and its extensions"),
    "/v2/health/live": Route("live", READ, "Whether the server lives"),
    "/v2/health/ready": Route("ready", READ, "Whether the model can be called"),
    "/v2/models": Route("models", READ, "The names of the model"),
    "/v2/docs": Route("docs", READ, "The OpenAPI document"),
    "/v2/docs/dataplane.json": Route("docs", READ, "The OpenAPI document"),
    "/v2/repository/index": Route("index", WRITE, "The model and its state"),
}
# the end of a path behind the model's name and version, the longest one first
OF_MODEL = {
    "/docs/dataplane.json": Route("model_docs", READ, "The OpenAPI document"),
    "/docs": Route("model_docs", READ, "The OpenAPI document"),
    "/ready": Route("model_ready", READ, "Whether the model can be called"),
    "/infer": INFER,
    "": Route("model", READ, "The inputs and outputs of the model"),
}
OF_REPOSITORY = {
    "/load": Route("load", WRITE, "Load the model, which is loaded already"),
    "/unload": Route("unload", WRITE, "Unload the model, which is not possible"),
}
PROBES = frozenset(("/v2/health/live", "/v2/health/ready"))


def find(path: str) -> Found | None:
    """The meaning of a path, each byte of which is one character; None for a path of no meaning."""
    return _find_kept(path) if len(path) <= LONGEST_KEPT else _find(path)


def _find(path: str) -> Found | None:
    path = plain(path)
    if path in PATHS:
        return Found(PATHS[path])
    if path.startswith(_MODELS):
        return _find_model(path.removeprefix(_MODELS), OF_MODEL)
    if path.startswith(_REPOSITORY):
        return _find_model(path.removeprefix(_REPOSITORY), OF_REPOSITORY)
    return None


_find_kept = lru_cache(maxsize=256)(_find)


def _find_model(rest: str, routes: dict[str, Route]) -> Found | None:
    """rest: name, perhaps version, and one of the ends."""
    end = next((end for end in routes if rest.endswith(end)), None)
    if end is None:
        return None
    name, separator, version = rest.removesuffix(end).partition(_VERSIONS)
    if not name or "/" in name or "/" in version or (separator and not version):
        return None
    return Found(routes[end], _text(name), _text(version))


def _text(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")
