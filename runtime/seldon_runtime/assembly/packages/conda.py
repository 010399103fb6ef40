"""environment.yml of conda: what of it an index of Python packages has, and what is left to the user.

A package of conda need not be one of Python. If the index has a project of the same name, that is installed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from ..build import Build
from ..errors import InstallFailed
from ..progress import Warn
from .lock_tools import found_projects, read_yaml

FILE = "environment.yml"
_SPEC = re.compile(r"(?:[^\s:]+::)?([A-Za-z0-9_.-]+)\s*(.*)")  # channel::name version build
# [version='>=1,<2', build=py_0]
_BRACKETS = re.compile(r"\[.*?\bversion\s*=\s*(?:'([^']+)'|\"([^\"]+)\"|([^,\]]+)).*\]")
_INCLUDE = re.compile(r"^(-[rc]|--requirement|--constraint)[\s=]+(?!/|\w+:)")  # of a file beside environment.yml
_PATCHES = 100  # no version of Python has had as many
_OF_THE_BUILDER = ("python", "pip")  # they are there already
_TODO = (
    "put a wheel of it into /whl or its project's name into `pip:`, or, if it is no package of Python, "
    "the name of Debian's package into apt.txt, and take it out of environment.yml"
)


@dataclass(frozen=True)
class CondaFile:
    """packages: name -> requirement, of those that conda would install. of_pip: the lines of `pip:`.

    odd: packages of conda with a version that pip cannot express. python: the versions of Python that it names.
    """

    packages: dict[str, str]
    of_pip: tuple[str, ...]
    odd: tuple[str, ...] = ()
    python: SpecifierSet = SpecifierSet()


def of_conda(build: Build, warn: Warn) -> str:
    """The requirements that can be installed. What is left is a warning; an InstallFailed with CONDA=refuse."""
    file = parse(read_yaml(build, FILE))
    found = found_projects(build, FILE, sorted(file.packages))
    left = [*(text for name, text in file.packages.items() if name not in found), *file.odd]
    if left:
        lines = "".join(f"\n  {text}" for text in left)
        text = f"{FILE}: the index has nothing for these:{lines}\nFor each: {_TODO}"
        if build.settings.build.conda == "refuse":
            raise InstallFailed(text)
        warn(text)
    _compare_python(file, build.python.version, warn)
    of_pip = (_INCLUDE.sub(rf"\1 {build.paths.home}/", line) for line in file.of_pip)
    return "".join(f"{line}\n" for line in (*(file.packages[name] for name in sorted(found)), *of_pip))


def _compare_python(file: CondaFile, version: str, warn: Warn) -> None:
    if not any(file.python.contains(f"{version}.{patch}", prereleases=True) for patch in range(_PATCHES)):
        warn(
            f"{FILE}: expected a range with Python {version}, the builder's, found python{file.python}; "
            "if a package needs that one, build with the builder for it"
        )


def parse(content: Any) -> CondaFile:
    """content: of the YAML file. Raises InstallFailed for one without a list of dependencies."""
    dependencies = content.get("dependencies") if isinstance(content, dict) else None
    if not isinstance(dependencies, list):
        raise InstallFailed(f"{FILE}: dependencies: expected a list, found {type(dependencies).__name__}")
    texts = [each for each in dependencies if isinstance(each, str)]
    sections = [each["pip"] for each in dependencies if isinstance(each, dict) and isinstance(each.get("pip"), list)]
    named = {text.strip(): _requirement(text.strip()) for text in texts}
    packages = {canonicalize_name(found.name): str(found) for found in named.values() if found}
    of_python = [found.specifier for found in named.values() if found and canonicalize_name(found.name) == "python"]
    return CondaFile(
        {name: text for name, text in packages.items() if name not in _OF_THE_BUILDER},
        tuple(str(line) for section in sections for line in section),
        tuple(text for text, found in named.items() if not found),
        of_python[0] if of_python else SpecifierSet(),
    )


def _requirement(text: str) -> Requirement | None:
    """In pip's form: conda's `=1.26` means 1.26 and all of its patches, and a build string has no counterpart."""
    match = _SPEC.fullmatch(text)
    if not match:
        return None
    spec = _BRACKETS.sub(lambda found: found[found.lastindex or 0], match[2])
    version = re.sub(r"^(={1,2}[^=\s]+)[=\s].*$", r"\1", spec.strip())
    version = re.sub(r"^=(?!=)\s*([^=*]+?)(\.\*|\*)?$", r"==\1.*", version)
    version = version if not version or version[0] in "=<>!~" else f"=={version}"
    try:
        return Requirement(f"{match[1]}{version}")
    except InvalidRequirement:
        return None
