"""The user of the component's processes: never root, even if the server runs as root."""

from __future__ import annotations

import functools
import logging
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import seldon_component
from seldon_component.model_files.names import SUFFIXES

from ...config.settings import Settings
from ...errors import BadSetting

log = logging.getLogger(__name__)

PACKAGES = Path(seldon_component.__file__).resolve().parent.parent
_USUAL_UID = 1001  # of the images
# files with the others, such as .json, are mostly no models, and need not be read
_MODEL_SUFFIXES = tuple(suffix for suffix in SUFFIXES if suffix not in (".json", ".txt"))
# What the process of a component does first: read the folder of the class, and our own package.
_PROBE = f"""
import os, sys
for folder in sys.argv[1:]:
    for name in os.listdir(folder):
        if name.endswith({(".py", *_MODEL_SUFFIXES)}):
            open(os.path.join(folder, name)).close()
sys.stdin.read()
"""


class User(NamedTuple):
    """uid, gid: of the process. groups: the further groups of the server, such as that of a device, without root's."""

    uid: int
    gid: int
    groups: Sequence[int]


def component_user(settings: Settings) -> User | None:
    """None: the server's own user. If the server is root, it is MODEL_UID, or else the first who can run the class.

    Raises BadSetting for a MODEL_UID that cannot run it.
    """
    if os.geteuid() != 0 or settings.model_uid == 0 or settings.model_process == "inline":
        return None
    return _find_user(settings.folder, settings.model_python, settings.model_uid)


def choose_component_user(settings: Settings) -> None:
    """Find that user now, because PID 1 takes the exit status of unknown processes once it serves.

    Warns of a class that runs as root although nobody has asked for it. Raises BadSetting, see `component_user`.
    """
    user = component_user(settings)
    if os.geteuid() == 0 and user is None and settings.model_uid is None and settings.model_process == "separate":
        log.warning(
            "the component runs as root, because no other user can read %s and run %s; change their rights, or set "
            "MODEL_UID=0 if you want it so",
            settings.folder,
            settings.model_python,
        )


@functools.lru_cache
def _find_user(folder: Path, python: str, model_uid: int | None) -> User | None:
    owner, groups = folder.stat(), tuple(group for group in os.getgroups() if group)
    uid = model_uid or owner.st_uid or _USUAL_UID
    for gid in (owner.st_gid or uid, 0):  # root's group only if it is needed
        if _can_serve(user := User(uid, gid, groups), folder, python):
            return user
    if model_uid:
        raise BadSetting(
            f"MODEL_UID: expected a user who can read {folder} and run {python}, found {model_uid}; change their rights"
        )
    return None


def _can_serve(user: User, folder: Path, python: str) -> bool:
    """Whether a process of that user can be started, can read what it needs, and can be ended by a signal."""
    command = [python, "-c", _PROBE, str(folder), str(PACKAGES / "seldon_component")]
    try:
        with subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user.uid,
            group=user.gid,
            extra_groups=user.groups,
        ) as process:
            process.send_signal(0)
            process.communicate()
    except OSError:
        return False
    return process.returncode == 0
