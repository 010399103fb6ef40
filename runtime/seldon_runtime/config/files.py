"""The files that hold settings: `.s2i/environment`, a pod's annotations, and the signing key's file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Container
from pathlib import Path

from ..errors import BadSetting
from .parsers import SHORTEST_KEY, signing_key

# an annotation of the pod -> the variable that it sets
ANNOTATIONS = {
    "seldon.io/grpc-max-message-size": "GRPC_MAX_MESSAGE_BYTES",
    "seldon.io/rest-timeout": "REST_TIMEOUT_MS",
    "seldon.io/grpc-timeout": "GRPC_TIMEOUT_MS",
    "seldon.io/no-engine": "METRICS_EXECUTOR_NAMES",
}


_EXPORT = re.compile(r"^export\s+")
_KEY = re.compile(r"[^\s\0]+")


def read_environment_file(path: Path, known: Container[str] = ()) -> dict[str, str]:
    """The `KEY=value` lines of an `.s2i/environment` file, also behind `export`; {} without such a file.

    known: the names of the settings. Raises BadSetting, which names each line that is none, or has one of these names
    in another case.
    """
    pairs: dict[str, str] = {}
    wrong: list[str] = []
    for number, line in enumerate(_lines(path), 1):
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


def _lines(path: Path) -> list[str]:
    """Of a file in UTF-8, or in UTF-16 with its mark. Raises BadSetting."""
    if not path.is_file():
        return []
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return [line.strip() for line in content.decode(encoding).splitlines()]
    except UnicodeDecodeError as error:
        raise BadSetting(f".s2i/environment: expected UTF-8 text, found other bytes ({error})") from None


def read_annotations(path: Path) -> dict[str, str]:
    """The `key="value"` lines of a pod's annotations, as the downward API writes them; {} without such a file."""
    if not path.is_file():
        return {}
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return {key.strip(): text.strip().strip('"') for key, equals, text in pairs if equals}


def read_key_file(path: Path) -> bytes:
    """The key in the file that PERSISTENCE_KEY_FILE names. Raises BadSetting."""
    try:
        return signing_key(path.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise BadSetting(f"PERSISTENCE_KEY_FILE: expected a readable file, found {path} ({error.strerror})") from None
    except ValueError:
        raise BadSetting(
            f"PERSISTENCE_KEY_FILE: expected UTF-8 text of {SHORTEST_KEY} characters or more, "
            f"found something else in {path}"
        ) from None
