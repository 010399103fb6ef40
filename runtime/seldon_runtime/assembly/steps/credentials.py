"""The last check of a build: no credential may stay in the image, or in what the build has printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..build import Build
from ..errors import CredentialsFound
from ..packages.installed import installed_packages
from ..progress import Note
from ..secrets_folder import passwords_in

PipOutput = Sequence[str] | None  # the lines that pip has printed in one step; None if the step was not needed

_HINT = (
    "Give them as files that are gone when the image is there: "
    "s2i build -i <folder with pip.conf or .netrc>:/run/secrets; "
    "CREDENTIALS_IN_IMAGE=warn builds all the same."
)


def refuse(build: Build, note: Note, outputs: Sequence[PipOutput]) -> None:
    """Raises CredentialsFound, which names each place and never the credential.

    With CREDENTIALS_IN_IMAGE=warn, a note says the same. outputs: of all steps that ran pip.
    """
    places = [place for place, text in _texts(build, outputs) if _has_credential(build, text)]
    if not places:
        return
    found = f"credentials are in {', '.join(places)}"
    if build.settings.build.credentials_in_image == "refuse":
        raise CredentialsFound(f"{found}. {_HINT}")
    note(f"{found}, and stay in the image")


def _has_credential(build: Build, text: str) -> bool:
    return any(passwords_in(text)) or any(password in text for password in build.secrets.passwords)


def _texts(build: Build, outputs: Sequence[PipOutput]) -> Iterator[tuple[str, str]]:
    """Each place to look at, and its text."""
    for name, text in sorted(build.variables.items()):
        yield f"the variable {name}", text
    for path in _configuration_files(build):
        yield str(path), path.read_text(encoding="utf-8", errors="replace")
    for package in installed_packages(build.python).values():
        yield f"direct_url.json of {package.name}", package.distribution.read_text("direct_url.json") or ""
    yield "the output of pip", "\n".join(line for output in outputs for line in output or ())


def _configuration_files(build: Build) -> Iterator[Path]:
    """The files that pip and git read and that stay in the image. The injected ones do not stay."""
    user = Path(build.variables.get("HOME", "/"))
    files = {
        Path("/etc/pip.conf"),
        Path("/etc/xdg/pip/pip.conf"),
        Path(build.python.program).parents[1] / "pip.conf",
        user / ".pip" / "pip.conf",
        user / ".config" / "pip" / "pip.conf",
        Path(build.variables.get("PIP_CONFIG_FILE", "/etc/pip.conf")),
        *(path for name in ("requirements*.txt", "pip.conf", ".netrc") for path in build.paths.home.rglob(name)),
        user / ".netrc",
    }
    return (path for path in sorted(files) if path.is_file() and build.secrets.folder not in path.parents)
