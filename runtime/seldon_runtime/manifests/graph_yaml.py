"""Reads the YAML of a graph, and refuses words that other programs would read in another way.

A bare `n` is a bool for kubectl, and text for PyYAML. So a graph that means one thing here would be another one there.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

# what YAML 1.1, as kubectl reads it, YAML 1.2 and PyYAML do not read alike, or what JSON has no value for
_UNCLEAR = re.compile(
    r"y|n|yes|no|on|off|[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?0x[0-9a-f_]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
    r"|[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)(e[-+]?[0-9]+)?|[-+]?\.inf|\.nan|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|=|<<",
    re.IGNORECASE,
)
_CLEAR_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


class YamlError(ValueError):
    """What is wrong, and the number of its line."""


def read_yaml(text: str) -> Any:
    """The one document of a text, with texts as keys. Raises YamlError."""
    try:
        return yaml.load(text, Loader=_Loader)  # a SafeLoader, which makes no objects of classes
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise YamlError(f"line {mark.line + 1}: {problem}" if mark else problem) from None
    except RecursionError:
        raise YamlError("expected fewer collections in each other") from None


class _Loader(yaml.SafeLoader):
    """Strict: no aliases, each key once, each key a text, and no word that is not clear."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node:
        if self.check_event(yaml.AliasEvent):
            raise _error("expected a value, found an alias; write the value again", self.peek_event().start_mark)
        node: yaml.Node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode) and node.style is None and _is_unclear(node.value):
            advice = "programs read it in different ways, so quote it"
            raise _error(f"expected text in quotes, found {node.value}; {advice}", node.start_mark)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in found:
                expected = "each key once" if isinstance(key, str) else "text as a key"
                raise _error(
                    f"expected {expected}, found {key!r}; correct it, in quotes if it is text", key_node.start_mark
                )
            found[key] = self.construct_object(value_node, deep=deep)
        return found


def _is_unclear(text: str) -> bool:
    return bool(_UNCLEAR.fullmatch(text)) and not _CLEAR_NUMBER.fullmatch(text)


def _error(problem: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
