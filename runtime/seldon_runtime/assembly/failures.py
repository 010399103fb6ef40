"""What a build says if a step fails in a way that the step does not know: the step, the file, and what to do."""

from __future__ import annotations

import errno
import os
import traceback
from pathlib import Path

from seldon_component.errors import StartError

from .errors import StepFailed

_TODO = {
    errno.EACCES: "give uid {uid} the rights for it, or leave it out with .s2iignore",
    errno.EPERM: "let uid {uid} own it, or leave it out with .s2iignore",
    errno.ENOSPC: "free space, and build again",
    errno.EDQUOT: "free space, and build again",
    errno.EROFS: "make the folder writable",
    errno.ENOENT: "make it exist before the build",
    errno.ENOMEM: "give the build more memory",
}


def step_failed(title: str, error: Exception) -> StartError:
    """The failure of the step with this title, for any exception."""
    if isinstance(error, StartError):
        return error
    if isinstance(error, OSError) and error.errno is not None:
        named = [name for name in (error.filename, error.filename2) if isinstance(name, str | bytes)]
        names = " and ".join(map(os.fsdecode, named))
        todo = _TODO.get(error.errno, "look at it, or leave it out with .s2iignore").format(uid=os.geteuid())
        return StepFailed(f"{title}: {names or 'a file'}: {error.strerror}; {todo}")
    if isinstance(error, MemoryError):
        return StepFailed(f"{title}: the memory does not suffice; {_TODO[errno.ENOMEM]}")
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    return StepFailed(
        f"{title}: {type(error).__name__} in {where}: {error or 'no text'}; "
        "this is a fault of the builder: please report these lines"
    )
