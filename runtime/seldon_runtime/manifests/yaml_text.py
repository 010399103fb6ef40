"""Objects as YAML: documents that every version of YAML reads alike, with comments for what a person should look at.

Each text is in quotes, with JSON's escapes in double ones. Bare `n`, `on`, `1e3`, `012` or `12:30` would be a bool or a
number for one reader, and text for another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
# what YAML 1.1 reads as a bool or as nothing, in any case
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# YAML's own line ends and what it calls not printable; JSON leaves these as they are
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_STEP = 2  # columns


class Hint(str):
    """A text with a comment, which stands behind it in YAML: a value that somebody has to decide about."""

    comment: str

    def __new__(cls, text: str, comment: str) -> Hint:
        hint = super().__new__(cls, text)
        hint.comment = comment
        return hint


def yaml_text(documents: Iterable[Mapping[str, Any]]) -> str:
    """The documents, with `---` between them. Keys keep their order. A value None or an empty object is left out."""
    return "---\n".join("".join(f"{line}\n" for line in _mapping(document, 0)) for document in documents)


def _mapping(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    for key, item in value.items():
        if item is None:
            continue
        yield from _entry(f"{' ' * depth}{_key(key)}:", item, depth + _STEP)


def _entry(head: str, value: Any, depth: int) -> Iterator[str]:
    """What stands behind `key:` on its line and below it. depth: the column of what is below."""
    if isinstance(value, Mapping) and value:
        yield head
        yield from _mapping(value, depth)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        yield head
        for item in value:
            yield from _item(item, depth)
    else:
        comment = f"  # {value.comment}" if isinstance(value, Hint) else ""
        yield f"{head} {_scalar(value)}{comment}"


def _item(value: Any, depth: int) -> Iterator[str]:
    """An item of a list. Its first line has the dash in place of two columns."""
    if isinstance(value, Mapping) and value:
        lines = list(_mapping(value, depth + _STEP))
        yield f"{' ' * depth}- {lines[0][depth + _STEP :]}"
        yield from lines[1:]
    else:
        yield from _entry(f"{' ' * depth}-", value, depth + _STEP)


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) and key.lower() not in _WORDS else _quoted(key)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return json.dumps(value)


def _quoted(text: str) -> str:
    """In single quotes, which have no escapes, if JSON is inside: so a person can read it."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return _UNPRINTABLE.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(letter: re.Match[str]) -> str:
    return f"\\u{ord(letter[0]):04x}"
