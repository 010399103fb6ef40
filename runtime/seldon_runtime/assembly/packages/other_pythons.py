"""Which other Python has wheels for the requirements of a model, when the model's own could not install them."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterable, Sequence

from packaging.requirements import Requirement

from ..build import Build
from ..end_of_life import versions
from .installer import installers
from .requirements_file import RequirementsFile
from .uv import Uv

_TODO = "found Python {} as the newest that has them; build with the builder for it, or choose other versions"


def advice(build: Build, requirements: Iterable[Requirement], options: Sequence[str]) -> str:
    """A line on the newest such Python, with a line break before it; "" if there is none, or if uv cannot tell.

    requirements: those with a URL do not count, because they need no wheels. options: of the installer.
    """
    named = [str(each) for each in requirements if not each.url]
    if build.settings.build.pip_no_index or not named:
        return ""
    with tempfile.TemporaryDirectory() as cache:
        asking = dataclasses.replace(build, variables={**build.variables, "UV_CACHE_DIR": cache})
        found = installers(asking, RequirementsFile(), lambda _: None)
        uv = next((each for each in found if isinstance(each, Uv)), None)
        version = uv and _newest(uv, build.python.version, [*options, "--", *named])
    return f"\nexpected wheels for Python {build.python.version}, {_TODO.format(version)}" if version else ""


def _newest(uv: Uv, own: str, arguments: list[str]) -> str | None:
    """Of the Pythons with wheels for all requirements; then for those that are listed, because others may be built."""
    if uv.finds_wheels(own, arguments) is not False:
        return None
    others = [version for version in reversed(versions()) if version != own]
    attempts = ((version, options) for options in ([], ["--no-deps"]) for version in others)
    found = (version for version, options in attempts if uv.finds_wheels(version, [*options, *arguments]))
    return next(found, None)
