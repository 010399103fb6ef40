"""One function for each form of an option: text -> value. Each raises BadSetting for a text that is not allowed."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import BadSetting
from ..graph.file import GraphFile, read_graph
from ..graph.names import IMAGE, LONGEST, NAME, label_value, object_name
from .facts import Facts

MODES = ("Standard", "Knative")
_BOUNDS = re.compile(r"([0-9]{1,6}):([0-9]{1,6})")


@dataclass(frozen=True)
class Bounds:
    """How many replicas there may be, of both 1 or more."""

    least: int
    most: int


def _image(text: str | None, facts: Facts) -> str:
    advice = "an image does not know where it is kept, so name its registry, too"
    if not text:
        raise BadSetting(f"--image: expected an image with a tag or a digest, found nothing; {advice}")
    found = IMAGE.fullmatch(text)
    if not found:
        raise BadSetting(
            f"--image: expected [REGISTRY/]NAME:TAG or …@sha256:DIGEST, found {text!r}; write it in lower case"
        )
    if not (found["tag"] or found["digest"]):
        raise BadSetting(f"--image: expected a tag or a digest, found {text!r}; add :TAG, or better @sha256:DIGEST")
    return text


def _name(text: str | None, facts: Facts) -> str:
    name = text or object_name(facts.model_name)
    if len(name) > LONGEST or not NAME.fullmatch(name):
        raise BadSetting(
            f"--name: expected a-z, 0-9 and dashes, a letter first and {LONGEST} characters at most, "
            f"found {name!r}; choose another name"
        )
    return name


def _namespace(text: str | None, facts: Facts) -> str | None:
    if text is not None and (len(text) > LONGEST or not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", text)):
        raise BadSetting(f"--namespace: expected a-z, 0-9 and dashes, found {text!r}; name a namespace of the cluster")
    return text


def _replicas(text: str | None, facts: Facts) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise BadSetting(f"--replicas: expected a number of pods, found {text!r}; write it in digits")
    return int(text)


def _bounds(option: str, text: str | None, least: int) -> Bounds | None:
    if text is None:
        return None
    found = _BOUNDS.fullmatch(text)
    if not found or not least <= int(found[1]) <= int(found[2]):
        raise BadSetting(
            f"{option}: expected MIN:MAX with {least} <= MIN <= MAX, found {text!r}; write it as {least}:10"
        )
    return Bounds(int(found[1]), int(found[2]))


def _prometheus(text: str | None, facts: Facts) -> str | None:
    if text is not None and not re.fullmatch(r"https?://[^\s/]\S*", text):
        raise BadSetting(f"--prometheus: expected a URL of HTTP, found {text!r}; write it as http://HOST:9090")
    return text


def _release(text: str | None, facts: Facts) -> str | None:
    if text is not None and (not text or label_value(text) != text):
        raise BadSetting(f"--release: expected the value of a label, found {text!r}; take that of `helm list`")
    return text


def _mode(text: str | None, facts: Facts) -> str | None:
    words = {word.lower(): word for word in MODES}
    if text is not None and text.lower() not in words:
        raise BadSetting(f"--mode: expected {' or '.join(MODES)}, found {text!r}; choose one of them")
    return words[text.lower()] if text else None


def _graph(text: str | None, facts: Facts) -> GraphFile | None:
    if text is None:
        return None
    try:
        content = sys.stdin.read() if text == "-" else Path(text).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"--graph: expected a file with a graph, found {text} ({error}); mount it, or use -") from None
    try:
        return read_graph(content)
    except BadSetting as error:
        raise BadSetting("\n".join(f"--graph: {line}" for line in str(error).splitlines())) from None


def _storage_uri(text: str | None, facts: Facts) -> str | None:
    if text is not None and not re.fullmatch(r"[a-z0-9]+://\S+", text):
        raise BadSetting(
            f"--storage-uri: expected a URI, found {text!r}; write it as pvc://NAME/FOLDER or s3://BUCKET/…"
        )
    return text


# an HPA cannot start the first pod, and KEDA could not either: what it counts, pods say. With 2 a node can be drained
READERS: dict[str, Callable[[str | None, Facts], Any]] = {
    "image": _image,
    "name": _name,
    "namespace": _namespace,
    "replicas": _replicas,
    "hpa": lambda text, facts: _bounds("--hpa", text, 2),
    "keda": lambda text, facts: _bounds("--keda", text, 1),
    "prometheus": _prometheus,
    "release": _release,
    "graph": _graph,
    "scale": lambda text, facts: _bounds("--scale", text, 0),
    "mode": _mode,
    "storage_uri": _storage_uri,
}
