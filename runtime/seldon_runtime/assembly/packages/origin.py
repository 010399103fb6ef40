"""Where each installed package comes from."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.utils import NormalizedName

from ..build import Build, Restored
from .brought import requirements_path
from .installed import Package
from .local_files import is_of_source
from .package_metadata import comes_from
from .requirements_file import read_requirements
from .wheel_folder import Unusable, Wheel

BUILDER, SOURCE, CACHE, WHEELS, INDEX, URL = "builder", "source", "cache", "wheel folder", "index", "url"


@dataclass(frozen=True)
class Origin:
    """kind: one of the words above. wheel: sha256 of the file of a wheel folder that was installed, or None."""

    kind: str
    wheel: str | None = None

    @property
    def is_old(self) -> bool:
        """Whether the package was there before this build installed anything."""
        return self.kind in (BUILDER, CACHE)


def origin_of(build: Build, restored: Restored, name: NormalizedName, package: Package) -> Origin:
    """Where an installed package comes from. A package of the cache was installed by an earlier build."""
    direct = package.direct_url
    if is_of_source(str(direct.get("url", "")), build.paths.home):
        return Origin(SOURCE)
    if build.builder_packages.get(name) == package.version:
        return Origin(BUILDER)
    earlier = restored.packages.get(name, {})
    if earlier.get("version") == package.version:
        return Origin(CACHE, earlier.get("wheel"))
    if "dir_info" in direct:
        return Origin(SOURCE)
    files = [file for file in build.wheels.usable.get(name, ()) if str(file.version) == package.version]
    if wheel := next((file for file in files if not file.is_source and _is_installed(file, package)), None):
        return Origin(WHEELS, wheel.sha256)
    if direct:
        return Origin(URL)
    # A source archive has no RECORD. pip takes it before the index's file of its version, if its hash is allowed.
    archive = next((file for file in files if file.is_source and _is_allowed(file, build)), None)
    return Origin(WHEELS, archive.sha256) if archive else Origin(INDEX)


def _is_installed(wheel: Wheel, package: Package) -> bool:
    try:
        return comes_from(package.record, wheel.record)
    except Unusable:
        return False


def _is_allowed(archive: Wheel, build: Build) -> bool:
    hashes = read_requirements(requirements_path(build), build.pip_environment).hashes
    return not hashes or archive.sha256 in hashes
