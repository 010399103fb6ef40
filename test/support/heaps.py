"""The heaps of glibc's allocator in another process."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

_SIZE = 64 * 1024 * 1024  # bytes of addresses that glibc reserves, at a multiple of them, for a heap beside the first one


def heaps_beside_the_first(pid: int) -> list[str]:
    """Their addresses: each has memory that can be written to, and behind it the rest of what is reserved."""
    areas = re.findall(r"^(\w+)-(\w+) (\S+)", Path(f"/proc/{pid}/maps").read_text(encoding="utf-8"), re.MULTILINE)
    found = []
    for (start, end, rights), (begin, stop, others) in pairwise(areas):
        heap = (int(end, 16) - 1) // _SIZE * _SIZE
        is_reserved = (rights, begin, others) == ("rw-p", end, "---p") and int(stop, 16) >= heap + _SIZE
        found += [hex(heap)] if is_reserved and heap >= int(start, 16) else []
    return found
