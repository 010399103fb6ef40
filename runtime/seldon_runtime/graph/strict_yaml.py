"""Reads the YAML of a graph, and refuses words that other programs would read in another way.

A bare `n` is a bool for kubectl, and text for PyYAML. So a graph that means one thing here would be another one there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

# what YAML 1.1, as kubectl reads it, YAML 1.2 and PyYAML do not read alike, or what JSON has no value for
_UNCLEAR = re.compile(
    r"y|n|yes|no|on|off|[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?0x[0-9a-f_]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
    r"|[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)(e[-+]?[0-9]+)?|[-+]?\.inf|\.nan|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|=|<<",
    re.IGNORECASE,
)
_CLEAR_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


# tag of a clear scalar -> its value
_VALUES: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:str": str,
}


class YamlError(ValueError):
    """What is wrong, and the number of its line."""


def read_yaml(text: str) -> Any:
    """The one document of a text, with texts as keys. Raises YamlError."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        where = f"line {mark.line + 1}: " if mark else ""
        raise YamlError(f"{where}expected YAML or JSON, found a mistake: {problem}; correct it") from None
    return None if root is None else _value(root, set())


def _value(node: Any, seen: set[int]) -> Any:
    """seen: the nodes so far. One that comes again is that of an alias, and could come a billion times."""
    if id(node) in seen:
        raise _error(node, f"expected a value, found an alias of {_named(node)}; write each value where it belongs")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, seen) for item in node.value]
    text = node.value
    if node.style is None and _UNCLEAR.fullmatch(text) and not _CLEAR_NUMBER.fullmatch(text):
        raise _error(node, f"expected text in quotes, found {text}; programs read it in different ways, so quote it")
    if node.tag not in _VALUES:
        raise _error(node, f"expected text, a number, true or false, found the tag {node.tag}; leave it out")
    return _VALUES[node.tag](text)


def _named(node: Any) -> str:
    """The unit that an alias repeats, for messages. It may stand in itself."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((f"unit {value.value!r}" for key, value in pairs if key.value == "name"), "it")


def _mapping(node: Any, seen: set[int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _value(key_node, seen)
        if not isinstance(key, str) or key in found:
            expected = "each key once" if isinstance(key, str) else "text as a key"
            raise _error(key_node, f"expected {expected}, found {key!r}; correct it, in quotes if it is text")
        found[key] = _value(value_node, seen)
    return found


def _error(node: Any, problem: str) -> YamlError:
    return YamlError(f"line {node.start_mark.line + 1}: {problem}")
