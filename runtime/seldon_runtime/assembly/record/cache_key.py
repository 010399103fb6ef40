"""The key of what a build installs. A build of the same key may take all packages of an earlier one over."""

from __future__ import annotations

import hashlib
import json

from ..build import Build
from ..digests import digest_of_folder
from ..packages.brought import FILES
from ..packages.constraints import server_pins
from ..packages.local_files import local_paths
from ..packages.requirements_file import read_requirements

_PACKAGE_FILES = ("setup.py", "setup.cfg", "pyproject.toml", "Pipfile", *FILES)


def cache_key(build: Build) -> str:
    """A sha256 of all on which the installed packages depend.

    It is computed before pip runs, because pip writes into folders of the source that the requirements point at.
    """
    home = build.paths.home
    package_files = [home / name for name in _PACKAGE_FILES if (home / name).is_file()]
    parts = [
        read_requirements(home / "requirements.txt", build.pip_environment).text,
        [path.read_text("utf-8", "replace") for path in package_files],
        build.python.markers["python_full_version"],
        build.python.architecture,
        build.builder_packages,
        build.wheels.files,
        server_pins(build),
        build.settings.build.install_extras,
        [digest_of_folder(path) for path in local_paths(build)],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
