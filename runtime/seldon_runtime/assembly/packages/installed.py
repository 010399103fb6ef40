"""The packages in the model's Python."""

from __future__ import annotations

import functools
import glob
import importlib
import importlib.metadata
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from .interpreter import Interpreter


@dataclass(frozen=True)
class Package:
    """An installed distribution, by the metadata that its installer has left."""

    name: str
    version: str
    distribution: importlib.metadata.Distribution

    @property
    def licence(self) -> str | None:
        """As the package calls it: an SPDX expression, a classifier's or its own words, if these are few."""
        metadata = self.distribution.metadata
        classifiers = [text for text in metadata.get_all("Classifier") or () if text.startswith("License :: ")]
        named = [text.rpartition(" :: ")[2] for text in classifiers if text.count(" :: ") > 1]
        words = (metadata.get("License") or "").strip().partition("\n")[0]
        told = metadata.get("License-Expression") or ", ".join(named) or words
        return told if told and told != "UNKNOWN" else None  # older setuptools' word

    @property
    def requires(self) -> list[Requirement]:
        found = []
        for text in self.distribution.requires or ():
            try:
                found.append(Requirement(text))
            except InvalidRequirement:
                continue  # an old package's; pip is as lenient
        return found

    @functools.cached_property
    def files(self) -> list[Path]:
        """Each file that it has brought, byte code included."""
        recorded = {
            os.path.normpath(str(self.distribution.locate_file(each))) for each in self.distribution.files or ()
        }
        return [Path(path) for path in sorted({*recorded, *byte_code(recorded)}) if os.path.isfile(path)]


def byte_code(files: Iterable[str]) -> Iterator[str]:
    """The files of byte code that are there for those of these files that are sources."""
    sources = {path for path in files if path.endswith(".py")}
    for folder in {os.path.dirname(path) for path in sources}:
        yield from (path for source, path in _byte_code_in(folder) if source in sources)


def _byte_code_in(folder: str) -> Iterator[tuple[str, str]]:
    """The source of each file of byte code in a folder, and that file: Python 2 puts it beside the source."""
    for path in glob.iglob(f"{glob.escape(folder)}/*.pyc"):
        yield path.removesuffix("c"), path
    for path in glob.iglob(f"{glob.escape(folder)}/__pycache__/*.pyc"):
        yield f"{folder}/{os.path.basename(path).partition('.')[0]}.py", path


def of_the_server() -> dict[NormalizedName, Package]:
    """Those that the server runs on, which is this very process."""
    return _named(importlib.metadata.distributions())


def packages(python: Interpreter) -> dict[NormalizedName, Package]:
    """All that are installed, by their normalized names, in the order of those."""
    importlib.invalidate_caches()  # they go by a folder's time stamp, which two builds in a row leave the same
    return _named(importlib.metadata.distributions(path=list(map(str, python.site_packages))))


def _named(found: Iterable[importlib.metadata.Distribution]) -> dict[NormalizedName, Package]:
    named: dict[NormalizedName, Package] = {}
    for each in found:
        if each.name:  # the first is what Python finds
            named.setdefault(canonicalize_name(each.name), Package(each.name, each.version, each))
    return dict(sorted(named.items()))
