"""Which children of a unit a request goes to: by a router's response, or by the routing of a feedback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from seldon_component.errors import CallError
from seldon_component.payload import ARRAY_KINDS, Payload

ALL = -1  # children, side by side
NONE = -2  # of them: the message goes back as it is

Child = TypeVar("Child")


def branch_of(response: Payload, children: int) -> int:
    """The branch that a router has chosen: the first number of its response, without what follows the point.

    children: how many there are. Raises CallError.
    """
    if response.kind not in ARRAY_KINDS or not np.size(response.data):
        raise CallError(f"route: expected the number of a child as data, found {response.kind or 'no data'}")
    first = np.asarray(response.data).flat[0]
    try:
        branch = int(float(first))
    except (TypeError, ValueError, OverflowError):
        raise CallError(f"route: expected the number of a child, found {first!r:.60}") from None
    return checked(branch, children, "route")


def branch_in(routing: Any, name: str, children: int) -> int:
    """The branch that an earlier request took at a unit; ALL without an entry of it. Raises CallError.

    routing: of the response's meta.
    """
    branch = routing.get(name, ALL) if isinstance(routing, dict) else ALL
    if isinstance(branch, bool) or not isinstance(branch, int):
        raise CallError(f"response.meta.routing: expected the number of a child, found {branch!r:.60}")
    return checked(branch, children, "response.meta.routing")


def checked(branch: int, children: int, where: str) -> int:
    """The branch itself. Raises CallError for a child that does not exist."""
    if not NONE <= branch < children:
        allowed = f"0 to {children - 1}" if children else "no child"
        raise CallError(f"{where}: expected {allowed}, {ALL} for all or {NONE} for none, found {branch}")
    return branch


def chosen(children: Sequence[Child], branch: int) -> Sequence[Child]:
    """The children of a branch."""
    if branch == NONE:
        return ()
    return children if branch == ALL else children[branch : branch + 1]
