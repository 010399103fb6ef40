"""Names of images and objects, and the values of labels, as Kubernetes takes them."""

from __future__ import annotations

import re

LONGEST = 63  # characters of a name and of a label's value
NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_PART = "[a-z0-9]+([._-]+[a-z0-9]+)*"
# a registry, the path, a tag, a digest (the grammar of the OCI's distribution)
IMAGE = re.compile(
    rf"([a-zA-Z0-9.-]+(:[0-9]+)?/)?{_PART}(/{_PART})*(:(?P<tag>\w[\w.-]{{0,127}}))?(@(?P<digest>[a-z0-9]+:[a-f0-9]{{32,}}))?",
    re.ASCII,
)


def version_of(image: str) -> str:
    """The tag, else the start of the digest, as the value of a label; "" without both."""
    found = IMAGE.fullmatch(image)
    return label_value(found["tag"] or (found["digest"] or "").replace(":", "-")) if found else ""


def label_value(text: str) -> str:
    """The text as the value of a label: what is not allowed there becomes a dash or goes."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)[:LONGEST].strip("._-")


def object_name(text: str) -> str:
    """A class's name as the name of an object, `MyModel` as `my-model`; "" if nothing is left of it."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text).lower()
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:LONGEST].strip("-")
