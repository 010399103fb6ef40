"""How the lock of each tool becomes requirements for pip: exact versions with hashes, no groups for development.

The tools run on the server's Python, so the model's may be older than any of them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.pylock import Package, PackageDirectory, PackageVcs, Pylock, PylockSelectError, PylockValidationError
from packaging.utils import canonicalize_name

from ..build import Build
from ..errors import InstallFailed
from ..text_file import BadToml, read_toml
from .lock_tools import run_tool, run_uv
from .package_metadata import valid_requirements
from .requirements_text import entries_of

_HASHES = ("sha256", "sha384", "sha512")  # pip takes no others
_EDITABLE = re.compile(r"^-e (?=\w+\+)", re.MULTILINE)  # before the URL of a repository
_OLDEST_FOR_UV = (3, 8)  # version of Python that uv can ask about itself


def of_uv(build: Build) -> str:
    """`--locked` makes uv compare the lock with pyproject.toml. Raises InstallFailed, as all functions here."""
    version = tuple(map(int, build.python.version.split(".")))
    python = build.python.program if version >= _OLDEST_FOR_UV else sys.executable
    options = ["--locked", "--no-dev", "--no-default-groups", "--no-emit-project", "--no-header", "--no-annotate"]
    options += [word for extra in build.settings.build.install_extras for word in ("--extra", extra)]
    offline = ["--offline"] if build.settings.build.pip_no_index else []
    return run_uv(build, "uv.lock", ["export", "--python", python, *options, *offline])


def of_poetry(build: Build) -> str:
    """`poetry export` itself refuses a lock that does not fit."""
    extras = build.settings.build.install_extras
    options = ["--extras", " ".join(extras)] if extras else []
    return run_tool(
        build, "poetry.lock", "poetry", [["export", "--no-ansi", "--no-interaction", "--only=main", *options]]
    )


def of_pdm(build: Build) -> str:
    """PDM exports no hashes at all if a folder or a repository has none. So they are read from the lock itself."""
    options = [word for extra in build.settings.build.install_extras for word in ("--group", extra)]
    export = ["export", "--prod", "--format", "requirements", "--no-hashes", *options]
    text = run_tool(build, "pdm.lock", "pdm", [["lock", "--check"], export])
    hashes = _hashes_of_pdm(read_toml(build.paths.home / "pdm.lock"))
    return "".join(f"{entry}{hashes.get(_project(entry), '')}\n" for entry in entries_of(text))


def _hashes_of_pdm(lock: Mapping[str, Any]) -> dict[str, str]:
    """The name of each project -> the option of pip for each of its files. A lock may have it for several targets."""
    found: dict[str, set[str]] = {}
    for package in lock.get("package", ()):
        found.setdefault(canonicalize_name(package["name"]), set()).update(
            file["hash"] for file in package.get("files", ())
        )
    return {name: "".join(f" --hash={each}" for each in sorted(hashes)) for name, hashes in found.items()}


def _project(entry: str) -> str:
    """The name in PDM's own form; "" for an editable folder."""
    return "".join(canonicalize_name(each.name) for each in valid_requirements([entry]))


def of_pipenv(build: Build) -> str:
    """Pipenv has categories in place of extras. It writes each repository as an editable one."""
    categories = " ".join(["packages", *build.settings.build.install_extras])
    export = ["requirements", "--hash", "--exclude-index", "--categories", categories]
    return _EDITABLE.sub("", run_tool(build, "Pipfile.lock", "pipenv", [["verify"], export]))


def of_pylock(build: Build) -> str:
    """PEP 751 is read by `packaging`, which the standard's authors maintain."""
    path = build.paths.home / "pylock.toml"
    try:
        lock = Pylock.from_dict(read_toml(path))
        environment: Any = build.python.markers
        extras = build.settings.build.install_extras
        chosen = lock.select(environment=environment, tags=list(build.python.tags), extras=extras)
        return "".join(f"{line}\n" for package, place in chosen for line in _lines(package, place, path.parent))
    except (BadToml, PylockValidationError, PylockSelectError) as error:
        raise InstallFailed(f"pylock.toml: expected a lock for Python {build.python.version}, found: {error}") from None


def _lines(package: Package, place: object, home: Path) -> Iterator[str]:
    if isinstance(place, PackageDirectory):
        yield f"./{Path(place.path, place.subdirectory or '')}"
    elif isinstance(place, PackageVcs):
        yield f"{package.name} @ {place.type}+{place.url}@{place.commit_id}{_below(place.subdirectory)}"
    elif package.archive:
        url, below = package.archive.url or (home / str(package.archive.path)).as_uri(), package.archive.subdirectory
        yield f"{package.name} @ {url}{_below(below)}{_options(package.archive.hashes)}"
    else:
        files = [wheel.hashes for wheel in package.wheels or ()]
        files += [package.sdist.hashes] if package.sdist else []
        yield f"{package.name}=={package.version}{''.join(map(_options, files))}"


def _below(subdirectory: str | None) -> str:
    return f"#subdirectory={subdirectory}" if subdirectory else ""


def _options(hashes: Mapping[str, str]) -> str:
    return "".join(f" --hash={kind}:{digest}" for kind, digest in hashes.items() if kind in _HASHES)
