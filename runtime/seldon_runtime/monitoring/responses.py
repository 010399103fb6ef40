"""Every HTTP response and every RPC, by route, method and code, and how long it took.

Each thread has cells of its own, so that a request waits for no lock. A scrape adds them up.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from .family import Cells

OTHER = "other"  # the route of every path without one; the method of every rare one
UNREAD = "unread"  # the method of a request that was refused before its first line was there
# of HTTP, and of gRPC
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "unary", UNREAD))
_MOST_KEPT, _LONGEST_KEPT = 256, 256  # paths that a thread keeps the cells of, and characters of one

Code = int | str
_Codes = dict[Code, Cells]
_Methods = dict[str, _Codes]
RouteOf = Callable[[str], str | None]  # path -> the template of its route, OTHER, or None if it is not counted


class Kind(NamedTuple):
    """What requests have in common. api: REST or GRPC."""

    api: str
    route: str
    method: str
    code: str


class ThreadCells(threading.local):
    """by_path: path -> method -> code -> the sum of seconds, and counts as in `Family`."""

    def __init__(self, stores: list[dict[str, _Methods]]) -> None:
        self.by_path: dict[str, _Methods] = {}  # what is in by_route, and what is not counted
        self.by_route: dict[str, _Methods] = {}
        stores.append(self.by_route)


class ResponseCounts:
    """Of one API. An observer on the path of small requests does what `add` does itself, because it is faster."""

    def __init__(self, api: str, route_of: RouteOf, bounds: tuple[float, ...]) -> None:
        """bounds: of the buckets, in seconds."""
        self.api = api
        self.bounds = bounds
        self._route_of = route_of
        self._stores: list[dict[str, _Methods]] = []
        self.cells = ThreadCells(self._stores)

    def add(self, path: str, method: str, code: Code, seconds: float) -> None:
        try:
            cells = self.cells.by_path[path][method][code]
        except KeyError:
            cells = self.new_cells(path, method, code)
        cells[0] += seconds
        cells[bisect_left(self.bounds, seconds) + 1] += 1

    def new_cells(self, path: str, method: str, code: Code) -> Cells:
        """This thread's cells of such a response, if `cells` does not have them."""
        route, cells = self._route_of(path), self.cells
        methods: _Methods = {} if route is None else cells.by_route.setdefault(route, {})
        if route != OTHER and len(path) <= _LONGEST_KEPT and len(cells.by_path) < _MOST_KEPT:
            cells.by_path[path] = methods
        codes = methods.setdefault(method if method in _METHODS else OTHER, {})
        return codes.setdefault(code, [0.0] * (len(self.bounds) + 2))

    def totals(self) -> dict[Kind, Cells]:
        """All that was counted so far."""
        found: dict[Kind, Cells] = {}
        for store in list(self._stores):
            for route, methods in list(store.items()):
                for method, codes in list(methods.items()):
                    for code, cells in list(codes.items()):
                        add_to(found, Kind(self.api, route, method, str(code)), cells)
        return found


_Key = TypeVar("_Key")


def add_to(found: dict[_Key, Cells], key: _Key, cells: Cells) -> None:
    """Add cells to those with the same key."""
    before = found.get(key)
    found[key] = [*map(sum, zip(before, cells, strict=True))] if before else [*cells]


def rebinned(cells: Cells, fine: tuple[float, ...], coarse: tuple[float, ...]) -> Cells:
    """The same for other bounds. coarse: some of the bounds `fine`."""
    found = [cells[0]] + [0.0] * (len(coarse) + 1)
    for bound, count in zip((*fine, float("inf")), cells[1:], strict=True):
        found[bisect_left(coarse, bound) + 1] += count
    return found
