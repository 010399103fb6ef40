"""The options that pip would take from its configuration files and from the variables PIP_…, for `pip install`.

https://pip.pypa.io/en/stable/topics/configuration/ says which files pip reads, and which value wins.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

_SECTIONS = ("global", "install")
_PREFIX = "PIP_"
_NO_OPTIONS = ("PIP_CONFIG_FILE", "PIP_VERSION", "PIP_HELP")


def read_pip_options(variables: Mapping[str, str], program: str) -> dict[str, str]:
    """Name -> text of each option that is set, such as `index-url`. program: of the Python that has pip.

    Raises ValueError for a file that cannot be read.
    """
    merged = {section: dict[str, str]() for section in _SECTIONS}
    for path in _files(variables, program):
        for section, options in _sections(path).items():
            merged.get(section, {}).update(options)
    of_variables = {
        _option(name.removeprefix(_PREFIX)): text
        for name, text in variables.items()
        if name.startswith(_PREFIX) and name not in _NO_OPTIONS
    }
    levels = (*(merged[section] for section in _SECTIONS), of_variables)
    return {name: text for level in levels for name, text in level.items() if text}  # pip ignores what is empty


def _files(variables: Mapping[str, str], program: str) -> Iterator[Path]:
    """Those that exist: of the system, of the user, of the interpreter, and the given one. The last one wins.

    A given one takes the place of the user's.
    """
    given = variables.get("PIP_CONFIG_FILE", "")
    if given == os.devnull:
        return
    home = Path(variables.get("HOME") or "/")
    system = (variables.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    user = [home / ".pip", Path(variables.get("XDG_CONFIG_HOME") or home / ".config", "pip")]
    names = [
        *(Path(folder, "pip", "pip.conf") for folder in system),
        Path("/etc/pip.conf"),
        *(folder / "pip.conf" for folder in user if not os.path.exists(given)),
        Path(program).parents[1] / "pip.conf",
        *([Path(given)] if given else []),
    ]
    yield from (path for path in names if os.path.isfile(path))


def _sections(path: Path) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    return {name: {_option(key): text for key, text in parser.items(name)} for name in parser.sections()}


def _option(text: str) -> str:
    """The name of an option, as pip's command line has it."""
    return text.lower().replace("_", "-").removeprefix("--")
