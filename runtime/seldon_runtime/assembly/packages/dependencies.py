"""Which packages need which, and what an offline build lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion

from ..build import Build
from .installed import Package, installed_packages


def applies(requirement: Requirement, extras: Iterable[str], markers: Mapping[str, str]) -> bool:
    """Whether a requirement's marker holds, with one of these extras or without any."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**markers, "extra": extra}) for extra in (*extras, ""))


def dependencies_of(package: Package, extras: Iterable[str], markers: Mapping[str, str]) -> list[Requirement]:
    """The requirements of a package that apply here, with these extras of it."""
    return [requirement for requirement in package.requires if applies(requirement, extras, markers)]


def needed_packages(
    roots: Iterable[Requirement], packages: Mapping[NormalizedName, Package], markers: Mapping[str, str]
) -> set[NormalizedName]:
    """The installed packages that some requirements need, directly or through other packages."""
    seen: set[tuple[NormalizedName, frozenset[str]]] = set()
    left = [requirement for requirement in roots if applies(requirement, (), markers)]
    while left:
        requirement = left.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if name in packages and (name, extras) not in seen:
            seen.add((name, extras))
            left += dependencies_of(packages[name], extras, markers)
    return {name for name, _ in seen}


def satisfies(requirement: Requirement, packages: Mapping[NormalizedName, Package]) -> bool:
    """Whether one of the installed packages is what a requirement wants."""
    package = packages.get(canonicalize_name(requirement.name))
    try:
        return package is not None and requirement.specifier.contains(package.version, True)
    except InvalidVersion:  # of an old package
        return False


def clashes(packages: Mapping[NormalizedName, Package], markers: Mapping[str, str]) -> Iterator[str]:
    """A line, in the words of `pip check`, for each requirement of a package that no package satisfies."""
    for name, package in packages.items():
        for requirement in dependencies_of(package, (), markers):
            if satisfies(requirement, packages):
                continue
            needed = canonicalize_name(requirement.name)
            if found := packages.get(needed):
                wanted = f"{requirement.name}{requirement.specifier}"
                yield f"{name} {package.version} has requirement {wanted}, but you have {needed} {found.version}."
            else:
                yield f"{name} {package.version} requires {needed}, which is not installed."


def missing_requirements(build: Build, roots: Iterable[Requirement]) -> list[str]:
    """A line for each requirement that neither a wheel nor an installed package satisfies, and for what needs it.

    pip stops at the first one.
    """
    wheels, packages, markers = build.wheels, installed_packages(build.python), build.python.markers
    lines: list[str] = []
    seen: set[tuple[NormalizedName, str, frozenset[str]]] = set()
    left = [(requirement, "", frozenset[str]()) for requirement in roots]
    while left:
        requirement, needed_by, extras = left.pop(0)
        name = canonicalize_name(requirement.name)
        key = (name, str(requirement.specifier), frozenset(requirement.extras))
        if requirement.url or key in seen or not applies(requirement, extras, markers):
            continue
        seen.add(key)
        if wheel := wheels.find(requirement, name):
            left[:0] = [(needed, wheel.name, frozenset(requirement.extras)) for needed in wheel.requires]
        elif not satisfies(requirement, packages):
            lines.append(_line(requirement, needed_by, wheels.versions(name)))
    return lines


def _line(requirement: Requirement, needed_by: str, versions: list[str]) -> str:
    found = f"; found: {', '.join(versions)}" if versions else ""
    reason = f" (needed by {needed_by})" if needed_by else ""
    return f"{requirement.name}{requirement.specifier}{reason}{found}"
