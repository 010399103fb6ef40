"""The folder of files that are there while an image is built and gone from it afterwards: pip's configuration, a netrc.

s2i empties what it has injected (`-i <folder>:/run/secrets`) when `assemble` has ended; a secret that BuildKit mounts
there (`RUN --mount=type=secret,id=pip.conf`) is never part of the image.
"""

from __future__ import annotations

import os
from pathlib import Path

from .errors import InstallFailed
from .passwords import passwords_in

# file -> the variable by which pip finds it
_FILES = {"pip.conf": "PIP_CONFIG_FILE", ".netrc": "NETRC", "netrc": "NETRC"}


class SecretsFolder:
    """variables: what tells pip of the files. passwords: every one that is in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        there = [(folder / name, variable) for name, variable in _FILES.items() if (folder / name).is_file()]
        self.variables = {variable: str(path) for path, variable in there}
        texts = [_text(path) for path, _ in there]
        found = (password for text in texts for password in passwords_in(text))
        self.passwords = tuple(sorted(set(found), key=len, reverse=True))

    def masked(self, text: str) -> str:
        """The text with each of the passwords replaced by stars."""
        for password in self.passwords:
            text = text.replace(password, "****")
        return text


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except PermissionError:
        uid = os.getuid()
        raise InstallFailed(
            f"{path}: uid {uid} may not read it; in a Dockerfile, mount the secret with uid={uid}"
        ) from None
