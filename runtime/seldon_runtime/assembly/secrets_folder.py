"""The folder of files that exist only while an image is built: pip's configuration and a netrc.

s2i empties the files that it has injected (`-i <folder>:/run/secrets`) when `assemble` has ended. A secret that
BuildKit mounts there (`RUN --mount=type=secret,id=pip.conf`) is never part of the image.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import InstallFailed

# file -> the variable that tells pip where it is
_FILES = {"pip.conf": "PIP_CONFIG_FILE", ".netrc": "NETRC", "netrc": "NETRC"}

# https://user:password@host and https://token@host
_URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[^\s/@:'\"]*)(:(?P<password>[^\s/@'\"]*))?@", re.IGNORECASE
)
_NETRC = re.compile(r"\b(?:machine\s+\S+|default)\s+(?:(?:login|account)\s+\S+\s+)*password\s+(?P<password>\S+)")
_NOT_SECRET = re.compile(r"\*+|\$.*|%\(.*|")  # pip's own mask, and the name of a variable


@dataclass(frozen=True)
class SecretsFolder:
    """variables: tell pip where the files are. passwords: all passwords in the files, the longest first."""

    folder: Path
    variables: Mapping[str, str]
    passwords: tuple[str, ...] = field(repr=False)

    def masked(self, text: str) -> str:
        """The text with stars in place of each password."""
        for password in self.passwords:
            text = text.replace(password, "****")
        return text


def read_secrets(folder: Path) -> SecretsFolder:
    """Read the files of the folder, which need not exist. Raises InstallFailed for a file that may not be read."""
    files = {folder / name: variable for name, variable in _FILES.items() if (folder / name).is_file()}
    passwords = {password for path in files for password in passwords_in(_text(path))}
    return SecretsFolder(
        folder=folder,
        variables={variable: str(path) for path, variable in files.items()},
        passwords=tuple(sorted(passwords, key=len, reverse=True)),
    )


def passwords_in(text: str) -> Iterator[str]:
    """Each password and token in a text: in URLs, and in the form of a netrc.

    A URL's user without a password is a token over HTTP, and no secret over SSH.
    """
    for found in (*_URL.finditer(text), *_NETRC.finditer(text)):
        secret, parts = found["password"], found.groupdict()
        if secret is None and parts["scheme"].lower().endswith(("http", "https")):
            secret = parts["user"]
        if secret and not _NOT_SECRET.fullmatch(secret):
            yield secret


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except PermissionError:
        uid = os.getuid()
        raise InstallFailed(
            f"{path}: uid {uid} may not read it; in a Dockerfile, mount the secret with uid={uid}"
        ) from None
