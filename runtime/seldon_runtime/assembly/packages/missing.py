"""What an offline build lacks: pip stops at the first missing package, this names them all."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from ..build import Job
from . import installed, needs


class Missing:
    """lines: each requirement that neither the wheels nor the installed packages satisfy, and what needs it."""

    def __init__(self, job: Job, requirements: Iterable[Requirement]) -> None:
        self.lines: list[str] = []
        self._job = job
        self._packages = installed.packages(job.python)
        self._seen: set[tuple[NormalizedName, str, frozenset[str]]] = set()
        for requirement in requirements:
            self._look_for(requirement, "", ())

    def _look_for(self, requirement: Requirement, needed_by: str, extras: Iterable[str]) -> None:
        name = canonicalize_name(requirement.name)
        key = (name, str(requirement.specifier), frozenset(requirement.extras))
        if requirement.url or key in self._seen or not needs.is_wanted(requirement, extras, self._job.python.markers):
            return
        self._seen.add(key)
        wheel = self._job.wheels.find(requirement, name)
        if wheel:
            for needed in wheel.requires:
                self._look_for(needed, wheel.name, requirement.extras)
        elif not self._is_installed(requirement, name):
            self.lines.append(self._line(requirement, name, needed_by))

    def _is_installed(self, requirement: Requirement, name: NormalizedName) -> bool:
        package = self._packages.get(name)
        return package is not None and requirement.specifier.contains(package.version, True)

    def _line(self, requirement: Requirement, name: NormalizedName, needed_by: str) -> str:
        versions = ", ".join(str(wheel.version) for wheel in self._job.wheels.usable.get(name, ()))
        found = f"; found: {versions}" if versions else ""
        reason = f" (needed by {needed_by})" if needed_by else ""
        return f"{requirement.name}{requirement.specifier}{reason}{found}"
