"""How much memory is referred to: no guess, unlike a look at the memory of a whole process."""

from __future__ import annotations

import contextlib
import gc
import sys
import types
from collections.abc import Iterable, Iterator

import numpy as np

_SHARED = (type, types.ModuleType, types.FunctionType, types.CodeType, types.FrameType)  # they lead to everything
_TEXTS = (str, bytes, bytearray)


def bytes_held_by(*roots: object) -> int:
    """Bytes of all texts, buffers and arrays that the objects refer to, directly or by others."""
    found: dict[int, object] = {}
    new: Iterable[object] = roots
    while new := [one for one in new if id(one) not in found and not isinstance(one, _SHARED)]:
        found.update((id(one), one) for one in new)
        new = gc.get_referents(*new)
    return sum(map(_size, found.values()))


def bytes_held_by_callers() -> int:
    """The same of the variables of all functions that this thread is in, but for the one that calls this."""
    frame, variables = sys._getframe(1).f_back, list[object]()
    while frame is not None:
        variables += frame.f_locals.values()
        frame = frame.f_back
    return bytes_held_by(*variables)


@contextlib.contextmanager
def no_collections() -> Iterator[None]:
    """No search for garbage: it may be long in coming, and a message that waits for it may be large."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _size(one: object) -> int:
    if isinstance(one, _TEXTS):
        return len(one)
    return one.nbytes if isinstance(one, np.ndarray | memoryview) else 0
