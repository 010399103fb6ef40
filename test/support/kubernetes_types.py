"""Checks objects of Kubernetes's own kinds as strictly as its API server: fields, their types, and which must be there.

The types are those of `kube_models`, dataclasses that were generated from Kubernetes's OpenAPI documents.
"""

import dataclasses
import functools
import importlib
import types
import typing
from typing import Any

# apiVersion -> the module of its kinds
MODULES = {
    "v1": "api_v1.io.k8s.api.core.v1",
    "apps/v1": "apis_apps_v1.io.k8s.api.apps.v1",
    "autoscaling/v2": "apis_autoscaling_v2.io.k8s.api.autoscaling.v2",
    "policy/v1": "apis_policy_v1.io.k8s.api.policy.v1",
    "networking.k8s.io/v1": "apis_networking_k8s_io_v1.io.k8s.api.networking.v1",
}


def mistakes(document: dict[str, Any]) -> list[str]:
    """A line for each mistake, with its place. KeyError: a kind that is not Kubernetes's own."""
    module = importlib.import_module(f"kube_models.{MODULES[document['apiVersion']]}")
    rest = {name: value for name, value in document.items() if name not in ("apiVersion", "kind")}
    return list(_mistakes(rest, getattr(module, document["kind"]), document["kind"]))


def _mistakes(value, kind, place):
    if dataclasses.is_dataclass(kind):
        yield from _mistakes_of_object(value, kind, place)
        return
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        yield from min((list(_mistakes(value, each, place)) for each in arguments), key=len)
    elif origin is list and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _mistakes(item, arguments[0], f"{place}[{number}]")
    elif origin is dict and isinstance(value, dict):
        for key, item in value.items():
            yield from _mistakes(item, arguments[1], f"{place}.{key}")
    elif type(value) is not (origin or kind) and kind is not Any:
        yield f"{place}: expected {kind}, found {value!r}"


def _mistakes_of_object(value, kind, place):
    if not isinstance(value, dict):
        yield f"{place}: expected an object, found {value!r}"
        return
    known, required = _fields_of(kind)
    yield from (f"{place}.{name}: unknown" for name in value if name not in known)
    yield from (f"{place}.{name}: missing" for name in required if name not in value)
    for name in value.keys() & known.keys():
        yield from _mistakes(value[name], known[name], f"{place}.{name}")


@functools.cache
def _fields_of(kind):
    """name -> type of each field, and the names of those that must be there."""
    hints = typing.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if not field.name.startswith("_")]
    required = [field.name for field in fields if dataclasses.MISSING is field.default is field.default_factory]
    # Python's keywords have an underscore behind them
    return {field.name.rstrip("_"): hints[field.name] for field in fields}, [name.rstrip("_") for name in required]
