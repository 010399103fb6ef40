"""Launches a process of the component in the user's Python, with what the server shares with it."""

from __future__ import annotations

import fcntl
import mmap
import os
import socket
import subprocess
from typing import TYPE_CHECKING, Any, BinaryIO

from seldon_component import log_text
from seldon_component.channel.progress import Progress

from ...config.settings import Settings
from ...system.scheduling import use_batch_scheduling
from .component_user import PACKAGES, component_user

if TYPE_CHECKING:
    from ..state import StateOfProcess

# Loads seldon_component by path, so that the user's Python sees nothing else of the server's environment, such as its
# numpy. Until all is imported, the model's folder is not on the path: it may have files named like modules of the
# standard library.
_BOOTSTRAP = (
    "import gc, os, sys; gc.disable(); at_start = frozenset(sys.modules); path = sys.path; ours = sys.argv.pop(1); "
    "sys.path = [entry for entry in path if entry not in ('', os.getcwd())]; "
    "sys.path.insert(0, ours); import seldon_component; del sys.path[0]; "
    "from seldon_component.__main__ import main; sys.path = path; sys.exit(main(sys.argv[1:], at_start))"
)


def launch(
    settings: Settings, task: str, state: StateOfProcess | None
) -> tuple[subprocess.Popen[bytes], socket.socket, Progress]:
    """The process, the server's end of its socket, and the memory that both see.

    task: `serve`, or `check` for a process that only imports the class. state: of a component whose state is kept.
    """
    ours, theirs = socket.socketpair()
    identity = _identity(settings)
    with _memory() as memory, theirs:
        progress = Progress(_mapped(memory.fileno()))
        progress.clear()
        descriptors = (memory.fileno(), theirs.fileno())
        process = subprocess.Popen(
            [settings.model_python, "-u", "-c", _BOOTSTRAP, str(PACKAGES), task, *map(str, descriptors)],
            cwd=settings.folder,
            env=settings.component_environment,
            pass_fds=(*descriptors, log_descriptor(), *(state.descriptors if state else ())),
            start_new_session=True,
            **identity,
        )
    if settings.model_workers == 1:  # of several processes, each shall have the core that it needs at once
        use_batch_scheduling(process.pid)
    return process, ours, progress


def log_descriptor() -> int:
    """What the process writes its log to: standard error, also if what the class prints there is wrapped."""
    kept = log_text.kept_descriptor()
    return 2 if kept is None else int(kept)


def _identity(settings: Settings) -> dict[str, Any]:
    """Options of Popen: the user of the process. A process of another user inherits the scheduling of this thread.

    Root may not change it afterwards in a container without CAP_SYS_NICE.
    """
    user = component_user(settings)
    if user is None:
        return {}
    if settings.model_workers == 1:
        use_batch_scheduling()
    return {"user": user.uid, "group": user.gid, "extra_groups": user.groups}


def _memory() -> BinaryIO:
    """One page of zeros. The class cannot make it shorter: to read beyond its end would kill the server."""
    memory = open(os.memfd_create("progress", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "r+b", buffering=0)
    memory.truncate(mmap.PAGESIZE)
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return memory


def _mapped(memory: int) -> mmap.mmap:
    try:
        return mmap.mmap(memory, mmap.PAGESIZE, trackfd=False)  # needs no descriptor
    except TypeError:  # a server on a Python before 3.13: it keeps one
        return mmap.mmap(memory, mmap.PAGESIZE)
