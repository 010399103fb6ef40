"""The files that hold settings: `.s2i/environment`, a pod's annotations, and the signing key's file."""

from __future__ import annotations

from pathlib import Path

from ..errors import BadSetting
from .parsers import SHORTEST_KEY, signing_key


def read_environment_file(path: Path) -> dict[str, str]:
    """The `KEY=value` lines of an `.s2i/environment` file; {} without such a file. Raises BadSetting."""
    if not path.is_file():
        return {}
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise BadSetting(f".s2i/environment: expected UTF-8 text, found other bytes ({error})") from None
    wrong = [
        f".s2i/environment, line {number}: expected KEY=value, found '{line}'"
        for number, line in enumerate(lines, 1)
        if line and not line.startswith("#") and "=" not in line
    ]
    if wrong:
        raise BadSetting("\n".join(wrong))
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, value in pairs}


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
