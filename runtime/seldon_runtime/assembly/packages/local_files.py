"""Files and folders that the requirements point at. They change while their names stay the same."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..build import Build
from .brought import requirements_path
from .requirements_file import INCLUDES, Reference, read_requirements

_EXTRAS = re.compile(r"\s*\[[^\]]*\]\s*$")


def copy_of(home: Path) -> Path:
    """The folder from which pip installs the source's own package.

    Its name gets into the metadata of the installed package, so it is always the same.
    """
    return Path(tempfile.gettempdir()) / "-".join(("source-of", *home.parts[1:]))


def is_of_source(url: str, home: Path) -> bool:
    """Whether a URL that pip has noted is that of a file or folder of the source."""
    path = Path(unquote(urlsplit(url).path))
    return url.startswith("file:") and any(folder in (path, *path.parents) for folder in (home, copy_of(home)))


def local_paths(build: Build) -> list[Path]:
    """Each file and folder that requirements.txt or PIP_FIND_LINKS point at, but not the source as a whole."""
    home, variables = build.paths.home, build.pip_environment
    file = read_requirements(home / "requirements.txt", variables)
    found_links = [Reference(home, text) for text in variables.get("PIP_FIND_LINKS", "").split()]
    paths = {path for each in (*file.references, *found_links) for path in _paths(each, home)}
    return sorted(path for path in paths if path not in (home, *home.parents))


def must_run_again(build: Build) -> bool:
    """Whether pip has to run although the requirements are those of the earlier build.

    What it installs from the source is in no archive, and an editable package is more than its installed files. The key
    has the files that a requirements.txt includes, but not those of another list.
    """
    path = requirements_path(build)
    file = read_requirements(path, build.pip_environment)
    has_unseen = path.parent != build.paths.home and bool(file.options & INCLUDES)
    return (
        has_unseen
        or file.has_editables
        or any(True for each in file.references if each.installs for _ in _paths(each, build.paths.home))
    )


def _paths(reference: Reference, home: Path) -> Iterator[Path]:
    """What exists of the paths that a reference may mean. pip takes some from its own folder, some from the file's."""
    text = _EXTRAS.sub("", reference.text.partition(";")[0].partition("#")[0].partition(" @ ")[0]).strip()
    if text.startswith("file:"):
        text = unquote(urlsplit(text).path)
    if text and "://" not in text:
        yield from {path for folder in (home, reference.folder) if (path := (folder / text).resolve()).exists()}
