"""The kinds of objects that `manifest` can print. A new kind is one row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import compose, knative, kserve, plain, seldon, serving_runtime
from .facts import Facts
from .options import Options

Object = dict[str, Any]

# name on the command line -> its objects, in the order in which they are applied. Raises BadSetting for an option that
# the target cannot have.
TARGETS: dict[str, Callable[[Facts, Options], list[Object]]] = {
    "plain": plain.objects,
    "seldon": seldon.objects,
    "kserve": kserve.objects,
    "serving-runtime": serving_runtime.objects,
    "knative": knative.objects,
    "compose": compose.objects,
}
ALL = "all"
