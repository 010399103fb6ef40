"""The last check of a build: no credential may stay in the image, or in what the build has printed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..build import Build
from ..errors import CredentialsFound
from ..packages.installed import installed_packages
from ..progress import Note
from ..secret_forms import passwords_in
from ..text_file import read_small_text

PipOutput = Sequence[str] | None  # the lines that pip has printed in one step; None if the step was not needed

_HINT = (
    "Give them as files that are gone when the image is there: "
    "s2i build -i <folder with pip.conf or .netrc>:/run/secrets; "
    "CREDENTIALS_IN_IMAGE=warn builds all the same."
)
# `docker build --build-arg` gives these to a build and keeps none in the image. s2i keeps each variable.
_BUILD_ARGUMENTS = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")
_S2I = b"tar -C "  # s2i starts `assemble` behind the tar that unpacks the source, in one command
_OF_THE_USER = (".pip/pip.conf", ".config/pip/pip.conf", ".netrc", ".gitconfig", ".git-credentials")
_OF_PIP = re.compile(r"pip\.conf|\.netrc|requirements.*\.txt")  # names of files
_SHOWN = 10  # places


def refuse(build: Build, note: Note, outputs: Sequence[PipOutput]) -> None:
    """Raises CredentialsFound, which names each place and never the credential.

    With CREDENTIALS_IN_IMAGE=warn, a note says the same. outputs: of all steps that ran pip.
    """
    places = [place for place, text in _texts(build, note, outputs) if _has_credential(build, text)]
    places += [str(path) for path in _source_files(build) if any(passwords_in(read_small_text(path)))]
    if not places:
        return
    more = f" and {len(places) - _SHOWN} other places" if len(places) > _SHOWN else ""
    found = f"credentials are in {', '.join(places[:_SHOWN])}{more}"
    if build.settings.build.credentials_in_image == "refuse":
        raise CredentialsFound(f"{found}. {_HINT}")
    note(f"{found}, and stay in the image")


def _has_credential(build: Build, text: str) -> bool:
    return any(passwords_in(text)) or any(password in text for password in build.secrets.passwords)


def _texts(build: Build, note: Note, outputs: Sequence[PipOutput]) -> Iterator[tuple[str, str]]:
    """Each place to look at, and its text."""
    for name, text in sorted(build.variables.items()):
        if name.lower() not in _BUILD_ARGUMENTS or _is_run_by_s2i():
            yield f"the variable {name}", f"{name}={text}"
        elif any(passwords_in(text)):
            note(f"{name} has a password: as a build argument it is not in the image, as a variable of the image it is")
    for path in _files_of_pip(build):
        yield str(path), read_small_text(path)
    for package in installed_packages(build.python).values():
        yield f"direct_url.json of {package.name}", package.distribution.read_text("direct_url.json") or ""
    yield "the output of pip", "\n".join(line for output in outputs for line in output or ())


def _is_run_by_s2i() -> bool:
    """s2i pipes the source into the container's first command, and our shell replaces itself by the last program."""
    try:
        is_piped = stat.S_ISFIFO(os.fstat(0).st_mode)
        return _S2I in Path("/proc/1/cmdline").read_bytes() or (is_piped and os.getpid() == 1)
    except OSError:
        return False


def _files_of_pip(build: Build) -> Iterator[Path]:
    """The files that pip and git read and that stay in the image. The injected ones do not stay."""
    user = Path(build.variables.get("HOME", "/"))
    files = {
        Path("/etc/pip.conf"),
        Path("/etc/xdg/pip/pip.conf"),
        Path(build.python.program).parents[1] / "pip.conf",
        Path(build.variables.get("PIP_CONFIG_FILE", "/etc/pip.conf")),
        *(user / name for name in _OF_THE_USER),
        *(path for path in _below(build.paths.home) if _OF_PIP.fullmatch(path.name)),
    }
    # unlike Path.is_file, this is False for what may not be looked at, such as another user's HOME
    return (path for path in sorted(files) if os.path.isfile(path) and build.secrets.folder not in path.parents)


def _source_files(build: Build) -> Iterator[Path]:
    """All other files of the source. A word of theirs may happen to be an injected password."""
    return (path for path in sorted(_below(build.paths.home)) if path.is_file() and not _OF_PIP.fullmatch(path.name))


def _below(home: Path) -> Iterator[Path]:
    return (Path(folder, name) for folder, _, names in os.walk(home) for name in names)
