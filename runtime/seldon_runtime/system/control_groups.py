"""Where the limits of this container are: the folders of its control groups, of both versions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


def control_group_folders(root: Path, controller: str) -> Iterator[Path]:
    """The folder of our control group and all folders above it, of version 2 and of version 1's `controller`.

    Inside a container, /proc may show the host's name of the group. Then only the top of the mount is ours.
    root: where /proc and /sys are.
    """
    with contextlib.suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers or controller in controllers.split(","):
                # version 1 has a link with the name cpu to the folder cpu,cpuacct
                top = root / "sys/fs/cgroup" / (controller if controllers else "")
                below = Path(path.lstrip("/"))
                yield from (top / folder for folder in (below, *below.parents) if ".." not in folder.parts)
