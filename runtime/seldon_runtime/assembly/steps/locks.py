"""A lock, or what else is no requirements.txt, becomes requirements for pip."""

from __future__ import annotations

from ..build import Build
from ..packages.brought import brought, exported_path
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
        text = kind.export(build, warn)
        if kind.is_lock:  # without the names of indexes, which may hold a password
            text = "".join(f"{entry}\n" for entry in entries_of(text))
        path.write_text(text, encoding="utf-8")
