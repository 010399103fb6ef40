"""A lock becomes requirements for pip."""

from __future__ import annotations

from ..build import Build
from ..packages.brought import brought, exported_path


def is_there(build: Build) -> bool:
    """Whether the source has a lock that counts."""
    kind = brought(build.paths.home)
    return kind is not None and kind.export is not None


def title(build: Build) -> str:
    """Of the step."""
    kind = brought(build.paths.home)
    return f"Reading {kind.file if kind else 'the lock'}"


def export(build: Build) -> None:
    """Write what the lock says as requirements. Raises InstallFailed."""
    kind = brought(build.paths.home)
    if kind and kind.export:
        path = exported_path(build)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(kind.export(build), encoding="utf-8")
