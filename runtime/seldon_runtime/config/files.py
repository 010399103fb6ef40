"""The files that set variables: `.s2i/environment`, and a pod's annotations."""

from __future__ import annotations

from pathlib import Path

from ..errors import BadSetting


def read_environment_file(path: Path) -> dict[str, str]:
    """The `KEY=value` lines of an `.s2i/environment` file; {} if there is none. Raises BadSetting."""
    if not path.is_file():
        return {}
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise BadSetting(f".s2i/environment: UTF-8 text expected ({error})") from None
    wrong = [
        f".s2i/environment, line {number}: KEY=value expected, found '{line}'"
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
