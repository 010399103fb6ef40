"""The packages in the model's Python."""

from __future__ import annotations

import functools
import glob
import importlib
import importlib.metadata
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from .interpreter import Interpreter
from .package_metadata import RecordedFile, recorded_files, recorded_paths, valid_requirements

_OPTIMIZED = re.compile(r"\.opt-\w+(?=\.pyc$)")  # in the name of byte code that `python -O` has written


@dataclass(frozen=True)
class Package:
    """An installed distribution, by the metadata that its installer has left.

    metadata: of the distribution, which reads and parses it again at each access.
    """

    name: str
    version: str
    distribution: importlib.metadata.Distribution
    metadata: importlib.metadata.PackageMetadata

    @property
    def licence(self) -> str | None:
        """The licence as the package names it: an SPDX expression, a classifier, or the first line of its own text."""
        metadata = self.metadata
        classifiers = [text for text in metadata.get_all("Classifier") or () if text.startswith("License :: ")]
        named = [text.rpartition(" :: ")[2] for text in classifiers if text.count(" :: ") > 1]
        first_line = (metadata.get("License") or "").strip().partition("\n")[0]
        found = metadata.get("License-Expression") or ", ".join(named) or first_line
        return found if found and found != "UNKNOWN" else None  # older setuptools' word

    @property
    def requires(self) -> list[Requirement]:
        return valid_requirements(self.distribution.requires or ())

    @functools.cached_property
    def files(self) -> list[Path]:
        """Each file that the package has brought, and the byte code made from these files."""
        record = self.distribution.read_text("RECORD")
        # `distribution.files` looks at each file on the disk, and so does the last line here
        names = recorded_paths(record) if record else map(str, self.distribution.files or ())
        folder = str(self.distribution.locate_file(""))
        recorded = {os.path.normpath(os.path.join(folder, name)) for name in names}
        return [Path(path) for path in sorted({*recorded, *byte_code(recorded)}) if os.path.isfile(path)]

    @property
    def extras(self) -> list[str]:
        return self.metadata.get_all("Provides-Extra") or []

    @property
    def direct_url(self) -> Mapping[str, object]:
        """What pip notes of a package that it was given a URL or a folder for (PEP 610)."""
        text = self.distribution.read_text("direct_url.json")
        return dict(json.loads(text)) if text else {}

    @property
    def record(self) -> frozenset[RecordedFile]:
        """The lines of its RECORD; none if it was not installed from a wheel."""
        return recorded_files(self.distribution.read_text("RECORD") or "")


def byte_code(files: Iterable[str]) -> Iterator[str]:
    """The files of byte code that exist for those of these files that are sources."""
    sources = {path for path in files if path.endswith(".py")}
    for folder in {os.path.dirname(path) for path in sources}:
        yield from (path for source, path in _byte_code_in(folder) if source in sources)


def _byte_code_in(folder: str) -> Iterator[tuple[str, str]]:
    """The source of each file of byte code in a folder, and that file. Python 2 puts it beside the source."""
    for path in glob.iglob(f"{glob.escape(folder)}/*.py[co]"):
        yield path[:-1], path
    # importlib.util.source_from_cache refuses the byte code of a source that has a dot in its name.
    for path in glob.iglob(f"{glob.escape(folder)}/__pycache__/*.*.pyc"):
        yield f"{folder}/{_OPTIMIZED.sub('', os.path.basename(path)).rsplit('.', 2)[0]}.py", path


def server_packages() -> dict[NormalizedName, Package]:
    """The packages that the server runs on, which is this very process."""
    return _by_name(importlib.metadata.distributions())


def installed_packages(python: Interpreter) -> dict[NormalizedName, Package]:
    """All installed packages, by their normalized names and in the order of these."""
    importlib.invalidate_caches()  # the caches trust a folder's time stamp, and two builds in a row leave the same
    found = importlib.metadata.distributions(path=list(map(str, python.site_packages)))
    on_disk = (each for each in found if isinstance(each, importlib.metadata.PathDistribution))
    return _by_name(_Distribution(each._path) for each in on_disk)


class _Distribution(importlib.metadata.PathDistribution):
    """Reads metadata that is not UTF-8, as old packages have it."""

    def read_text(self, filename: str | os.PathLike[str]) -> str | None:
        try:
            return super().read_text(filename)
        except UnicodeDecodeError:
            return self._path.joinpath(str(filename)).read_text(encoding="latin-1")


def importable_packages(python: Interpreter) -> dict[NormalizedName, Package]:
    """The same of all folders that the interpreter imports from, where a system's own packages may be.

    pip may have made the first folder, so that it was not on the path when the interpreter was read.
    """
    importlib.invalidate_caches()
    return _by_name(importlib.metadata.distributions(path=[*map(str, python.site_packages), *python.path]))


def _by_name(found: Iterable[importlib.metadata.Distribution]) -> dict[NormalizedName, Package]:
    packages: dict[NormalizedName, Package] = {}
    for each in found:
        metadata = each.metadata
        if name := metadata["Name"]:  # Python finds the first of two of one name
            packages.setdefault(canonicalize_name(name), Package(name, metadata["Version"], each, metadata))
    return dict(sorted(packages.items()))
