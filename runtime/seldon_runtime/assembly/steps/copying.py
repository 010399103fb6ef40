"""Copies the source. A file that nobody may read ends the build; what is no file is left out, and said."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from ..errors import StepFailed
from ..packages.installed import byte_code

_ODD = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
_SHOWN = 10  # names of unreadable files


def copy_tree(source: Path, target: Path) -> Iterator[str]:
    """Copy all files, folders and links with their modes and time stamps. Yields a sentence for what is left out.

    Byte code whose source is there is left out, too: all files get one time stamp, so it could be that of another text.
    Raises StepFailed, which names the files that may not be read, or says that there is no source.
    """
    if not source.is_dir():
        raise StepFailed(
            f"{source}: expected the source, found no folder; s2i puts it there; a Dockerfile needs a line COPY for it"
        )
    copied: list[Path] = []
    unreadable: list[str] = []
    for folder, paths in _walk(source, unreadable):
        here = target / folder.relative_to(source)
        here.mkdir(parents=True, exist_ok=True)
        copied.append(folder)
        for path in paths:
            if why := _reason_to_leave_out(path):
                yield f"{path.relative_to(source)} is {why}, and is left out"
            elif not _copy(path, here / path.name):
                unreadable.append(str(path))
    for folder in reversed(copied):  # at last, because nothing can be written into a read-only folder
        _copy_mode(folder, target / folder.relative_to(source))
    if unreadable:
        raise StepFailed(_unreadable([os.path.relpath(name, source) for name in unreadable]))


def _walk(source: Path, unreadable: list[str]) -> Iterator[tuple[Path, list[Path]]]:
    """Each folder, and what is in it but folders to go into and byte code. unreadable: gets the names of others."""
    stale: set[str] = set()
    for folder, folders, files in os.walk(source, onerror=lambda error: unreadable.append(str(error.filename))):
        stale.update(byte_code(os.path.join(folder, name) for name in files))
        no_folders = [name for name in folders if _reason_to_leave_out(Path(folder, name))]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = [name for name in folders if name not in no_folders]
        names = sorted({*files, *links, *no_folders})
        yield Path(folder), [Path(folder, name) for name in names if os.path.join(folder, name) not in stale]


def _reason_to_leave_out(path: Path) -> str:
    """What an entry is, if it belongs into no image; "" otherwise."""
    if not path.is_symlink() and os.path.isfile(path / "pyvenv.cfg"):
        return "a virtual environment"
    return _ODD.get(stat.S_IFMT(path.lstat().st_mode), "")


def _copy(path: Path, target: Path) -> bool:
    """Copy a file or link in place of what is there; False if it may not be read."""
    if not path.is_symlink() and not os.access(path, os.R_OK):
        return False
    if target.is_symlink() or target.is_file():
        target.unlink()  # it may belong to somebody else
    shutil.copy2(path, target, follow_symlinks=False)
    return True


def _copy_mode(folder: Path, target: Path) -> None:
    with contextlib.suppress(PermissionError):  # the served folder itself is the builder's, under a random uid
        shutil.copystat(folder, target)


def share(path: Path) -> None:
    """Give the group the rights of the owner: OpenShift runs images under a random uid of group 0."""
    mode = path.stat().st_mode
    if mode | (mode & 0o700) >> 3 != mode:
        with contextlib.suppress(PermissionError):  # somebody else's
            path.chmod(mode | (mode & 0o700) >> 3)


def _unreadable(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    return (
        f"the source: expected files that uid {os.geteuid()} may read, found others: {shown}; "
        "give their owner the right to read, copy them with --chown=1001:0 in a Dockerfile, or name them in .s2iignore"
    )
