"""The folder of files that exist only while an image is built: pip's configuration and a netrc.

s2i empties the files that it has injected (`-i <folder>:/run/secrets`) when `assemble` has ended. A secret that
BuildKit mounts there (`RUN --mount=type=secret,id=pip.conf`) is never part of the image.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import InstallFailed
from .secret_forms import passwords_in

# file -> the variable that tells pip where it is
_FILES = {"pip.conf": "PIP_CONFIG_FILE", ".netrc": "NETRC", "netrc": "NETRC"}


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
    files = {folder / name: variable for name, variable in _FILES.items() if os.path.isfile(folder / name)}
    passwords = {password for path in files for password in passwords_in(_text(path))}
    return SecretsFolder(
        folder=folder,
        variables={variable: str(path) for path, variable in files.items()},
        passwords=tuple(sorted(passwords, key=len, reverse=True)),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except PermissionError:
        uid = os.getuid()
        raise InstallFailed(
            f"{path}: uid {uid} may not read it; in a Dockerfile, mount the secret with uid={uid}"
        ) from None
