"""A lock, or what else is no requirements.txt, becomes requirements for pip."""

from __future__ import annotations

from ..build import Build
from ..end_of_life import versions
from ..errors import InstallFailed
from ..packages.brought import brought, exported_path
from ..packages.dependencies import applies
from ..packages.package_metadata import valid_requirements
from ..packages.pyproject import require_python
from ..packages.requirements_text import entries_of
from ..progress import Warn


def is_there(build: Build) -> bool:
    """Whether the file that counts is such a one."""
    kind = brought(build.paths.home)
    return kind is not None and kind.export is not None


def title(build: Build) -> str:
    """Of the step."""
    kind = brought(build.paths.home)
    return f"Reading {kind.file if kind else 'the lock'}"


def export(build: Build, warn: Warn) -> None:
    """Write what the lock says as requirements. Raises InstallFailed."""
    kind = brought(build.paths.home)
    if kind and kind.export:
        path = exported_path(build)
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind.is_lock:
            require_python(build)
        text = kind.export(build, warn)
        if kind.is_lock:  # without the names of indexes, which may hold a password
            text = "".join(f"{entry}\n" for entry in entries_of(text))
            _require_any(build, kind.file, text.splitlines())
        path.write_text(text, encoding="utf-8")


def _require_any(build: Build, file: str, entries: list[str]) -> None:
    """Raises InstallFailed if the markers leave out all packages, but only because of the Python.

    pip would say nothing, and install nothing.
    """
    named = valid_requirements(entry.partition(" --hash=")[0] for entry in entries)
    if len(named) < len(entries) or any(applies(each, (), build.python.markers) for each in named):
        return
    others = [
        {**build.python.markers, "python_version": each, "python_full_version": f"{each}.0"} for each in versions()
    ]
    if any(applies(each, (), other) for each in named for other in others):
        raise InstallFailed(
            f"{file}: expected packages for Python {build.python.version}, found packages for other Pythons only; "
            "build with the builder for such a Python, or lock for this one"
        )
