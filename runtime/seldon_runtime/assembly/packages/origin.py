"""Where each installed package came from."""

from __future__ import annotations

import json
from collections.abc import Mapping

from packaging.utils import NormalizedName

from ..build import Job
from .installed import Package
from .wheel_folder import Wheel

BUILDER, SOURCE, CACHE, WHEELS, INDEX, URL = "builder", "source", "cache", "wheel folder", "index", "url"
OLD = (BUILDER, CACHE)  # there before anything was installed by this build


def of(job: Job, name: NormalizedName, package: Package) -> str:
    """One of the words above. The cache is what an earlier build has installed."""
    if job.builders.get(name) == package.version:
        return BUILDER
    if job.restored.get(name, {}).get("version") == package.version:
        return CACHE
    direct = _direct_url(package)
    if "dir_info" in direct:
        return SOURCE
    if wheel_of(job, name, package):
        return WHEELS
    return URL if direct else INDEX


def wheel_of(job: Job, name: NormalizedName, package: Package) -> Wheel | None:
    """The file of the wheel folder that was installed: pip has said that it took it."""
    of_this_version = (wheel for wheel in job.wheels.usable.get(name, ()) if str(wheel.version) == package.version)
    return next((wheel for wheel in of_this_version if any(wheel.path.name in line for line in job.taken)), None)


def _direct_url(package: Package) -> Mapping[str, object]:
    """What PEP 610 has pip note of a package that it was given a URL or a folder for."""
    text = package.distribution.read_text("direct_url.json")
    return dict(json.loads(text)) if text else {}
