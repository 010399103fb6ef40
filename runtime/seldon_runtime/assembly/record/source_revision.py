"""Which source an image is built from."""

from __future__ import annotations

from pathlib import Path

from ..build import Job
from . import digest

# s2i itself writes the commit into the image's labels alone, which no build can see
_VARIABLES = ("SOURCE_REVISION", "OPENSHIFT_BUILD_COMMIT")


def commit(job: Job) -> str | None:
    """The commit, where the build was told it or the source is a checkout with its .git folder."""
    told = next((job.variables[name] for name in _VARIABLES if job.variables.get(name)), None)
    return told or _head(job.paths.home / ".git")


def _head(git: Path) -> str | None:
    try:
        head = (git / "HEAD").read_text("ascii").strip()
        return (git / head.removeprefix("ref: ")).read_text("ascii").strip() if head.startswith("ref: ") else head
    except OSError:
        return None


def sha256(job: Job) -> str:
    """Of all that is in the served folder, but byte code, which is made here."""
    home = job.paths.home
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return digest.of_paths({str(path.relative_to(home)): path for path in files})
