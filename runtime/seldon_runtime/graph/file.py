"""A file with a graph: Seldon's `graph` alone, or a whole SeldonDeployment, in JSON or YAML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import BadSetting
from .deployment_form import check_form
from .deployment_rules import check_deployment
from .rules import check_graph
from .strict_yaml import YamlError, read_yaml
from .unit import Unit, read_unit

API_GROUP = "machinelearning.seldon.io"
API_VERSION = f"{API_GROUP}/v1"
_API_VERSIONS = (API_VERSION, f"{API_GROUP}/v1alpha3", f"{API_GROUP}/v1alpha2")
KIND = "SeldonDeployment"


@dataclass(frozen=True)
class GraphFile:
    """graphs: the root of each predictor's graph. deployment: the whole object; None if the file has a graph alone."""

    graphs: tuple[Unit, ...]
    deployment: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        count = sum(1 for root in self.graphs for _ in root.walk())
        return f"a graph of {count} unit{'s' if count > 1 else ''}"


def read_graph(text: str, is_local: bool = False) -> GraphFile:
    """The content of such a file, checked. Raises BadSetting: a line for each mistake, which names its unit.

    is_local: whether `seldon-core-graph` serves it; otherwise it goes to a cluster.
    """
    try:
        return _graph_file(_document(text), is_local)
    except RecursionError:
        raise BadSetting("graph: expected fewer units below each other; join some of them") from None


def _graph_file(value: Any, is_local: bool) -> GraphFile:
    if not isinstance(value, dict):
        raise BadSetting(
            f"graph: expected a unit or a {KIND}, found {_kind_of(value)}; write a unit as name: …, type: …"
        )
    if "kind" in value or "spec" in value:
        return _deployment(value, is_local)
    root = read_unit(value)
    check_graph(root, is_local=is_local)
    return GraphFile((root,))


def _deployment(value: dict[str, Any], is_local: bool) -> GraphFile:
    for key, allowed in (("kind", (KIND,)), ("apiVersion", _API_VERSIONS)):
        if value.get(key) not in allowed:
            raise BadSetting(
                f"{key}: expected {' or '.join(allowed)}, found {value.get(key) or 'nothing'!r}; "
                f"give the graph alone, or a {KIND}"
            )
    check_form(value)
    return GraphFile(check_deployment(value, is_local), value)


def _document(text: str) -> Any:
    """JSON is tried first, because its numbers and tabs are not always YAML."""
    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_each_once)
    except ValueError as error:
        if isinstance(error, _Twice):
            raise BadSetting(f"graph: {error}") from None
    try:
        return read_yaml(text)
    except YamlError as error:
        raise BadSetting(f"graph: {error}") from None


class _Twice(ValueError):
    """An object has a key twice."""


def _each_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(f"expected each key once, found {key!r} again")
        found[key] = value
    return found


def _kind_of(value: Any) -> str:
    return {list: "a list", str: "text", type(None): "an empty file"}.get(type(value), repr(value))
