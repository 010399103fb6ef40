"""Reads YAML whose texts are all quoted, so that no version of YAML takes one of them for a bool, a number or a date."""

import re
from typing import Any

import yaml

_BARE = re.compile(r"true|false|-?(0|[1-9][0-9]*)")  # what each version of YAML reads alike
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def load_all(text: str) -> list[Any]:
    """The documents of a text. Raises ValueError for a bare text."""
    for document in yaml.compose_all(text, yaml.CSafeLoader):
        _check(document)
    return [document for document in yaml.load_all(text, yaml.CSafeLoader) if document is not None]


def _check(node):
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not key.style and (key.value.lower() in _WORDS or not _KEY.fullmatch(key.value)):
                raise ValueError(f"bare key {key.value!r}")
            _check(value)
    elif isinstance(node, yaml.SequenceNode):
        if node.flow_style and node.value:
            raise ValueError("a list in brackets")
        for item in node.value:
            _check(item)
    elif node is not None and not node.style and not _BARE.fullmatch(node.value):
        raise ValueError(f"bare text {node.value!r}")
