"""A file without a name, on a disk or in memory."""

from __future__ import annotations

import os
import tempfile
from typing import BinaryIO, cast


def scratch_file(buffering: int = -1) -> BinaryIO:
    """An empty file that ends with its last descriptor. It is in memory only if no folder can be written to.

    On a disk, a large state does not count towards the memory of the container. A container may have no such folder
    (`docker run --read-only`). buffering: as of `open`.
    """
    try:
        return cast(BinaryIO, tempfile.TemporaryFile(buffering=buffering))
    except OSError:
        return os.fdopen(os.memfd_create("scratch", os.MFD_CLOEXEC), "w+b", buffering)
