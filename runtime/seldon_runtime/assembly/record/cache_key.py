"""What has to be the same for a build to take over all that an earlier one has installed."""

from __future__ import annotations

import hashlib
import json

from ..build import Job
from ..packages import constraints
from ..packages.requirements_file import RequirementsFile

_PACKAGE_FILES = ("setup.py", "setup.cfg", "pyproject.toml")


def of(job: Job) -> str:
    """A sha256 of the requirements, the Python, the architecture, the builder's packages and the wheels."""
    home = job.paths.home
    package = [(home / name).read_text("utf-8", "replace") for name in _PACKAGE_FILES if (home / name).is_file()]
    parts = [
        RequirementsFile(home / "requirements.txt").text,
        package,
        job.python.markers["python_full_version"],
        job.python.architecture,
        job.builders,
        job.wheels.files,
        constraints.of_the_server(job),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
