"""The gate at the end of a build: no credential may stay in the image, or in what the build has printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..build import Job
from ..errors import CredentialsFound
from ..packages import installed
from ..passwords import passwords_in

_HINT = (
    "Give them as files that are gone when the image is there: "
    "s2i build -i <folder with pip.conf or .netrc>:/run/secrets; "
    "CREDENTIALS_IN_IMAGE=warn builds all the same."
)


def check(job: Job) -> None:
    """Raises CredentialsFound, naming each place and never what is there. CREDENTIALS_IN_IMAGE=warn makes it a note."""
    places = [place for place, text in _texts(job) if _has_credential(job, text)]
    if not places:
        return
    found = f"credentials are in {', '.join(places)}"
    if job.settings.credentials_in_image == "refuse":
        raise CredentialsFound(f"{found}. {_HINT}")
    job.notes.append(f"{found}, and stay in the image")


def _has_credential(job: Job, text: str) -> bool:
    return any(passwords_in(text)) or any(password in text for password in job.secrets.passwords)


def _texts(job: Job) -> Iterator[tuple[str, str]]:
    """Each place that is looked at, and what stands there."""
    for name, text in sorted(job.variables.items()):
        yield f"the variable {name}", text
    for path in _configuration_files(job):
        yield str(path), path.read_text(encoding="utf-8", errors="replace")
    for package in installed.packages(job.python).values():
        yield f"direct_url.json of {package.name}", package.distribution.read_text("direct_url.json") or ""
    yield "the output of pip", "\n".join(job.log)


def _configuration_files(job: Job) -> Iterator[Path]:
    """Those that pip and git read and that stay in the image; the injected ones do not."""
    user = Path(job.variables.get("HOME", "/"))
    files = {
        Path("/etc/pip.conf"),
        Path("/etc/xdg/pip/pip.conf"),
        Path(job.python.program).parents[1] / "pip.conf",
        user / ".pip" / "pip.conf",
        user / ".config" / "pip" / "pip.conf",
        Path(job.variables.get("PIP_CONFIG_FILE", "/etc/pip.conf")),
        *(path for name in ("requirements*.txt", "pip.conf", ".netrc") for path in job.paths.home.rglob(name)),
        user / ".netrc",
    }
    return (path for path in sorted(files) if path.is_file() and job.secrets.folder not in path.parents)
