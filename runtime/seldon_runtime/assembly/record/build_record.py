"""What an image says of its own build, beside the installed packages: `build.json`, `bom.json` (CycloneDX),
`files.json`, `seconds.json` and `measured.json`.

All but the last two are the same, byte for byte, for the same source, builder and wheels. Times and memory differ.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

from ...config.environment import read_builder_name
from ..build import Build, Copied, Learned, Restored
from ..digests import digest_of_folder, digest_of_paths
from ..packages import origin
from ..packages.dependencies import dependencies_of
from ..packages.installed import Package, installed_packages, server_packages
from ..packages.interpreter import Interpreter
from ..packages.origin import origin_of
from ..progress import Progress
from ..steps.reproducible import set_times
from .cyclonedx import cyclonedx_of

FORMAT = 2
# s2i itself writes the commit only into the image's labels, which no build can read.
_REVISION_VARIABLES = ("SOURCE_REVISION", "OPENSHIFT_BUILD_COMMIT")


def write_record(build: Build, copied: Copied, restored: Restored, learned: Learned, progress: Progress) -> None:
    """Write the record, when everything is installed."""
    of_class = {"service_type": learned.service_type, "constructor": learned.constructor}
    record = {**_record_of(build, copied, restored), **of_class, "warnings": progress.warnings}
    measured = {"load_seconds": learned.load_seconds, "peak_bytes": learned.peak_bytes}
    folder = _folder_of(build.python)
    folder.mkdir(parents=True, exist_ok=True)
    files = {"home": str(build.paths.home), "files": sorted(set(files_below(build.paths.home)) - copied.before)}
    contents = {
        "build": record,
        "bom": cyclonedx_of(record),
        "seconds": progress.seconds,
        "measured": measured,
        "files": files,
    }
    for name, content in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    set_times(build, (*folder.iterdir(), folder, folder.parent, build.python.prefix))
    added = [package for package in record["packages"] if package["origin"] != origin.BUILDER]
    megabytes = sum(package["bytes"] for package in added) / 1e6
    progress.note(f"{len(added)} packages, {megabytes:.1f} MB, beside the builder's; `describe` in the image lists all")


def read_record(python: Interpreter) -> dict[str, Any] | None:
    """build, bom, seconds and measured of an interpreter's image; None if nothing has been built."""
    folder = _folder_of(python)
    if not (folder / "seconds.json").is_file():
        return None
    found = {name: folder / f"{name}.json" for name in ("build", "bom", "seconds", "measured")}
    return {name: json.loads(path.read_text("utf-8")) for name, path in found.items() if path.is_file()}


def read_files(python: Interpreter, home: Path) -> list[str]:
    """The files of the earlier build's source, and those that the build made of them: paths below `home`."""
    return list(_files_record(python)["files"]) if is_built_in(python, home) else []


def is_built_in(python: Interpreter, home: Path) -> bool:
    """Whether the record is that of a build in this folder."""
    return bool(_files_record(python).get("home") == str(home))


def _files_record(python: Interpreter) -> dict[str, Any]:
    record = _folder_of(python) / "files.json"
    return dict(json.loads(record.read_text("utf-8"))) if record.is_file() else {}


def files_below(home: Path) -> Iterator[str]:
    """The path of each file and link below a folder."""
    for folder, folders, files in os.walk(home):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        yield from (os.path.relpath(os.path.join(folder, name), home) for name in (*files, *links))


def reusable_files(prefix: Path, packages: Mapping[NormalizedName, Package], names: Iterable[str]) -> dict[str, Path]:
    """`<package>/<path below the prefix>` -> the file, for all files of some packages."""
    below = f"{prefix}/"
    found = [(name, path) for name in names for path in packages[canonicalize_name(name)].files]
    return {f"{name}/{str(path).removeprefix(below)}": path for name, path in found if str(path).startswith(below)}


def _folder_of(python: Interpreter) -> Path:
    return python.prefix / "share" / "seldon"


def _record_of(build: Build, copied: Copied, restored: Restored) -> dict[str, Any]:
    """The content of build.json. Its keys stay as they are: older images have them, and programs read them."""
    packages = installed_packages(build.python)
    entries = {str(name): _entry(build, restored, name, package) for name, package in packages.items()}
    reusable = sorted(name for name, entry in entries.items() if entry["origin"] not in (origin.BUILDER, origin.SOURCE))
    return {
        "format": FORMAT,
        "model": build.settings.model_name,
        "builder": read_builder_name(),
        "python": build.python.markers["python_full_version"],
        "architecture": build.python.architecture,
        "source": {"revision": _revision(build), "sha256": digest_of_folder(build.paths.home)},
        "time": build.settings.build.source_date_epoch,
        "key": copied.key,
        "builders": build.builder_packages,
        "reusable": reusable,
        "sha256": digest_of_paths(reusable_files(build.python.prefix, packages, reusable).items()),
        "packages": list(entries.values()),
        "server": [_named(name, package) for name, package in server_packages().items()],
    }


def _entry(build: Build, restored: Restored, name: NormalizedName, package: Package) -> dict[str, Any]:
    found = origin_of(build, restored, name, package)
    dependencies = dependencies_of(package, (), build.python.markers)
    return {
        **_named(name, package),
        "origin": found.kind,
        "wheel": found.wheel,
        "bytes": sum(path.stat().st_size for path in package.files),
        "needs": sorted({canonicalize_name(each.name) for each in dependencies}),
    }


def _named(name: NormalizedName, package: Package) -> dict[str, Any]:
    return {"name": str(name), "version": package.version, "licence": package.licence}


def _revision(build: Build) -> str | None:
    """The commit of the source, if a variable names it or the source is a checkout with its .git folder."""
    given = (build.variables[name] for name in _REVISION_VARIABLES if build.variables.get(name))
    return next(given, None) or _head(build.paths.home / ".git")


def _head(git: Path) -> str | None:
    try:
        head = (git / "HEAD").read_text("ascii").strip()
        return (git / head.removeprefix("ref: ")).read_text("ascii").strip() if head.startswith("ref: ") else head
    except (OSError, ValueError):  # it is none, or not in git's form
        return None
