"""Names and labels that Prometheus allows."""

from __future__ import annotations

import functools
import re

from ..config.settings import Settings

_MOST_KEPT = 10_000
_SURROGATE = re.compile("[\ud800-\udfff]")


@functools.lru_cache(_MOST_KEPT)
def metric_name(key: str, kind: str) -> str:
    """The key as a name that Prometheus allows. A counter's suffix `_total` is added when it is written."""
    name = re.sub(r"[^a-zA-Z0-9_:]", "_", key)
    name = "_" + name if name[0].isdigit() else name
    return name.removesuffix("_total") or name if kind == "COUNTER" else name


@functools.lru_cache(_MOST_KEPT)
def label_name(tag: str) -> str:
    """The tag as a label that Prometheus allows. It reserves `__…` and `le`."""
    name = re.sub(r"^__+", "_", re.sub(r"[^a-zA-Z0-9_]", "_", tag))
    return "_" + name if not name or name[0].isdigit() or name == "le" else name


def label_value(value: object) -> str:
    """The text of a tag as UTF-8 can have it. With a lone surrogate, no scrape could be encoded any more."""
    return _SURROGATE.sub("\ufffd", str(value))


def identity(settings: Settings) -> dict[str, str]:
    """The names of the component, as the labels of Seldon Core 1.x. A name that is not set is left out."""
    unit = settings.unit
    image, version = unit.image_parts
    own_name = settings.component_name
    labels = {
        "deployment_name": unit.deployment_id,
        "predictor_name": unit.predictor_id,
        "predictor_version": unit.predictor_labels.get("version"),
        "model_name": own_name if unit.unit_id == "0" else unit.unit_id,
        "model_image": image,
        "model_version": version,
    }
    return {name: label_value(value) for name, value in labels.items() if value}
