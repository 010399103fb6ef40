"""The form of a SeldonDeployment in a file, as far as it is read here. The API server checks all of it by its CRD."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import BadSetting

_TEXTS = object()  # keys and values that are texts
_REQUIRED = "!"  # before a key that must be there
_NAMED = {"!name": str}
_CONTAINER = {
    "!name": str,
    "image": str,
    "env": [_NAMED],
    "volumeMounts": [{"!mountPath": str}],
    "lifecycle": {"preStop": {}},
}
_POD = {"containers": [_CONTAINER], "volumes": [_NAMED]}
_PREDICTOR = {
    "labels": _TEXTS,
    "annotations": _TEXTS,
    "svcOrchSpec": {"env": [_NAMED]},
    "componentSpecs": [{"metadata": {}, "spec": _POD}],
}
_FORM = {
    "metadata": {"name": str, "namespace": str, "labels": _TEXTS, "annotations": _TEXTS},
    "spec": {"protocol": str, "transport": str, "serverType": str, "predictors": [_PREDICTOR]},
}


def check_form(deployment: Mapping[str, Any]) -> None:
    """Raises BadSetting: a line for each value of another form, with its place."""
    if wrong := list(_wrong(deployment, _FORM, "")):
        raise BadSetting("\n".join(wrong))


def _wrong(value: Any, form: Any, place: str) -> Iterator[str]:
    """The lines for a value and for what is in it."""
    if isinstance(form, list):
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield from _wrong(item, form[0], f"{place}[{number}]")
        else:
            yield f"{place}: expected a list, found {_shown(value)}; write each entry after a dash"
    elif form is str:
        if not isinstance(value, str):
            yield f"{place}: expected text, found {_shown(value)}; write it in quotes"
    elif not isinstance(value, dict):
        yield f"{place}: expected keys and values, found {_shown(value)}; correct it, or leave it out"
    else:
        yield from _wrong_values(value, dict.fromkeys(value, str) if form is _TEXTS else form, place)


def _wrong_values(value: Mapping[str, Any], form: Mapping[str, Any], place: str) -> Iterator[str]:
    """Of an object. A null is as if it were not there."""
    for key, inner in form.items():
        name = key.removeprefix(_REQUIRED)
        where = f"{place}.{name}" if place else name
        if value.get(name) is not None:
            yield from _wrong(value[name], inner, where)
        elif key != name:
            yield f"{where}: expected text, found nothing; add it"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"
