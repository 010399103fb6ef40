"""Which other Python has wheels for the requirements of a model, when the model's own could not install them."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from ..build import Build
from ..end_of_life import versions
from .installer import installers
from .requirements_file import RequirementsFile
from .uv import Uv

_TODO = "found Python {} as the newest that has them; build with the builder for it, or choose other versions"


def advice(build: Build, file: RequirementsFile, arguments: list[str], folder: Path) -> str:
    """A line on the newest such Python, with a line break before it; "" if there is none, or if uv cannot tell.

    arguments, folder: those of the installer.
    """
    if build.settings.build.pip_no_index:
        return ""
    with tempfile.TemporaryDirectory() as cache:
        asking = dataclasses.replace(build, variables={**build.variables, "UV_CACHE_DIR": cache})
        uv = next((each for each in installers(asking, file, lambda _: None) if isinstance(each, Uv)), None)
        found = uv and _newest(uv, build.python.version, arguments, folder)
    return f"\nexpected wheels for Python {build.python.version}, {_TODO.format(found)}" if found else ""


def _newest(uv: Uv, own: str, arguments: list[str], folder: Path) -> str | None:
    """Of the Pythons with wheels for all requirements; then for those that are listed, because others may be built."""
    if uv.finds_wheels(own, arguments, folder) is not False:
        return None
    others = [version for version in reversed(versions()) if version != own]
    attempts = ((version, options) for options in ([], ["--no-deps"]) for version in others)
    found = (version for version, options in attempts if uv.finds_wheels(version, [*options, *arguments], folder))
    return next(found, None)
