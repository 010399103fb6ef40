"""The rights of the files that the class makes while a build tries it: OpenShift serves the image under another uid."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..build import Build


def share_made_files(build: Build) -> None:
    """Give the group of the served folder the owner's rights for each file that this build has made.

    A library that makes a folder for its owner alone would otherwise fail when the image is served.
    """
    group, owner = build.paths.home.stat().st_gid, os.geteuid()
    for path in _paths(build):
        with contextlib.suppress(OSError):  # it is gone again, or its group is not ours to choose
            status = os.lstat(path)
            if status.st_uid == owner and status.st_ctime >= build.started and not stat.S_ISLNK(status.st_mode):
                os.chmod(path, stat.S_IMODE(status.st_mode) | (status.st_mode & 0o700) >> 3)
                if status.st_gid != group:
                    os.chown(path, -1, group)


def _paths(build: Build) -> Iterator[str]:
    """Everything below the folders that the image and the class share."""
    user = Path(build.variables.get("HOME", ""))
    roots = [build.paths.home, build.python.prefix, *([user] if _is_shared(user) else [])]
    if build.paths.source_is_upload:  # elsewhere the folder belongs to a developer's other programs, too
        roots.append(Path(tempfile.gettempdir()))
    for root in roots:
        for folder, folders, files in os.walk(root):
            yield from (os.path.join(folder, name) for name in (*folders, *files))


def _is_shared(user: Path) -> bool:
    """Whether a HOME is the image's: its group has the owner's rights. A developer's own is left alone."""
    try:
        mode = user.stat().st_mode
    except OSError:
        return False
    return user.is_absolute() and user != Path("/") and (mode & 0o700) >> 3 == mode & 0o070
