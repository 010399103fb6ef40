"""Objects of a cluster, read field by field."""

from __future__ import annotations

from typing import Any, NamedTuple

Fields = dict[str, Any]


class NotUnderstood(Exception):
    """An object has a field, or a value of it, that is not known here, or that a cluster refuses."""


class Template(NamedTuple):
    """Of a pod. metadata: name, namespace, labels and annotations. spec: with what the controllers have added."""

    metadata: Fields
    spec: Fields


def fields(found: Fields, path: str, *known: str) -> Fields:
    """The same object, once it is sure that it has no other fields."""
    if unknown := sorted(found.keys() - set(known)):
        raise NotUnderstood(f"{path}: expected some of {', '.join(known)}, found {', '.join(unknown)}")
    return found


def one_of(found: Any, path: str, *known: Any) -> Any:
    """The same value, once it is sure that it is one of these."""
    if found not in known:
        raise NotUnderstood(f"{path}: expected one of {known}, found {found!r}")
    return found


def metadata_of(thing: Fields, kept: Fields) -> Fields:
    """Of a pod. thing: the object that it belongs to. kept: its labels and annotations."""
    fields(kept, "metadata", "labels", "annotations", "name")
    namespace = thing["metadata"].get("namespace", "default")
    name = f"{thing['metadata']['name']}-5d4f8c7b6-x2x9q"  # as a ReplicaSet gives it
    return {"name": name, "namespace": namespace, "labels": kept.get("labels") or {}, "annotations": kept.get("annotations") or {}}
