"""What an image says of its own build, beside what was installed: `build.json`, `bom.json` (CycloneDX), `seconds.json`.

The first two are the same, byte for byte, for the same source, builder and wheels; the seconds never are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

from ...config.settings import read_builder_name
from ..build import Job
from ..packages import installed, needs, origin
from ..packages.installed import Package
from ..packages.interpreter import Interpreter
from ..steps import reproducible as written_files
from . import cache_key as key
from . import cyclonedx as bom
from . import digest, source_revision

FORMAT = 1


def folder_of(python: Interpreter) -> Path:
    """Where the record of an interpreter's image is."""
    return python.prefix / "share" / "seldon"


def read(python: Interpreter) -> dict[str, Any] | None:
    """build, bom and seconds; None where nothing has been built."""
    folder = folder_of(python)
    if not (folder / "seconds.json").is_file():
        return None
    return {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("build", "bom", "seconds")}


def write(job: Job) -> None:
    """Write the record, once all is installed."""
    build = _build(job)
    folder = folder_of(job.python)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("build", build), ("bom", bom.of(build)), ("seconds", job.seconds)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    written_files.set_times(job, (*folder.iterdir(), folder, folder.parent, job.python.prefix))
    added = [package for package in build["packages"] if package["origin"] != origin.BUILDER]
    megabytes = sum(package["bytes"] for package in added) / 1e6
    job.notes.append(
        f"{len(added)} packages, {megabytes:.1f} MB, beside the builder's; `describe` in the image lists all"
    )


def reusable_files(
    prefix: Path, packages: Mapping[NormalizedName, Package], names: Mapping[str, object]
) -> dict[str, Path]:
    """`<package>/<path below the prefix>` -> the file, for all of some packages."""
    below = f"{prefix}/"
    found = [(name, path) for name in names for path in packages[canonicalize_name(name)].files]
    return {f"{name}/{str(path).removeprefix(below)}": path for name, path in found if str(path).startswith(below)}


def _build(job: Job) -> dict[str, Any]:
    packages = installed.packages(job.python)
    described = {str(name): _package(job, name, package) for name, package in packages.items()}
    reusable = {name: each for name, each in described.items() if each["origin"] not in (origin.BUILDER, origin.SOURCE)}
    return {
        "format": FORMAT,
        "model": job.settings.model_name,
        "builder": read_builder_name(),
        "python": job.python.markers["python_full_version"],
        "architecture": job.python.architecture,
        "source": {"revision": source_revision.commit(job), "sha256": source_revision.sha256(job)},
        "time": job.settings.source_date_epoch,
        "key": key.of(job),
        "builders": job.builders,
        "reusable": sorted(reusable),
        "sha256": digest.of_paths(reusable_files(job.python.prefix, packages, reusable)),
        "packages": list(described.values()),
        "server": [_named(name, package) for name, package in installed.of_the_server().items()],
    }


def _package(job: Job, name: NormalizedName, package: Package) -> dict[str, Any]:
    wheel = origin.wheel_of(job, name, package)
    earlier = job.restored.get(name, {})
    return {
        **_named(name, package),
        "origin": origin.of(job, name, package),
        "wheel": wheel.sha256 if wheel else earlier.get("wheel"),
        "bytes": sum(path.stat().st_size for path in package.files),
        "needs": sorted({canonicalize_name(each.name) for each in needs.of(package, (), job.python.markers)}),
    }


def _named(name: NormalizedName, package: Package) -> dict[str, Any]:
    return {"name": str(name), "version": package.version, "licence": package.licence}
