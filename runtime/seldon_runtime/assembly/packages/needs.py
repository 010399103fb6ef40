"""Which packages need which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from .installed import Package


def is_wanted(requirement: Requirement, extras: Iterable[str], markers: Mapping[str, str]) -> bool:
    """Whether a requirement's marker holds, with one of the extras that are asked for or with none."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**markers, "extra": extra}) for extra in (*extras, ""))


def of(package: Package, extras: Iterable[str], markers: Mapping[str, str]) -> list[Requirement]:
    """The requirements of a package that hold here, with these extras of it."""
    return [requirement for requirement in package.requires if is_wanted(requirement, extras, markers)]


def closure(
    roots: Iterable[Requirement], packages: Mapping[NormalizedName, Package], markers: Mapping[str, str]
) -> set[NormalizedName]:
    """The installed packages that some requirements need, and those that these need in turn."""
    seen: set[tuple[NormalizedName, frozenset[str]]] = set()
    left = [requirement for requirement in roots if is_wanted(requirement, (), markers)]
    while left:
        requirement = left.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if name in packages and (name, extras) not in seen:
            seen.add((name, extras))
            left += of(packages[name], extras, markers)
    return {name for name, _ in seen}
