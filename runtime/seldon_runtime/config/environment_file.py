"""The file `.s2i/environment`, whose variables the environment overrides."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Container

from ..errors import BadSetting

_EXPORT = re.compile(r"^export\s+")
_KEY = re.compile(r"[^\s\0]+")


def read_environment_file(folder: str | os.PathLike[str], known: Container[str] = ()) -> dict[str, str]:
    """The `KEY=value` lines of a folder's `.s2i/environment`, also behind `export`; {} without such a file.

    known: the names of the settings. Raises BadSetting, which names each line that is none, or has one of these names
    in another case.
    """
    pairs: dict[str, str] = {}
    wrong: list[str] = []
    for number, line in enumerate(_lines(os.path.join(folder, ".s2i", "environment")), 1):
        key, equals, value = _EXPORT.sub("", line).partition("=")
        key = key.strip()
        if not line or line.startswith("#"):
            continue
        if not equals or not _KEY.fullmatch(key) or "\0" in value:
            wrong.append(f".s2i/environment, line {number}: expected KEY=value, found {line!r}")
        elif key not in known and key.upper() in known:
            wrong.append(f".s2i/environment, line {number}: expected {key.upper()}, found {key!r}")
        else:
            pairs[key] = value.strip()
    if wrong:
        raise BadSetting("\n".join(wrong))
    return pairs


def _lines(path: str) -> list[str]:
    """Of a file in UTF-8, or in UTF-16 with its mark. Raises BadSetting."""
    if not os.path.isfile(path):
        return []
    with open(path, "rb") as file:
        content = file.read()
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return [line.strip() for line in content.decode(encoding).splitlines()]
    except UnicodeDecodeError as error:
        raise BadSetting(f".s2i/environment: expected UTF-8 text, found other bytes ({error})") from None
