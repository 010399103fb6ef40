"""Certificates that a build is given. pip trusts them from then on, and so does the image at run time."""

from __future__ import annotations

import ssl
from pathlib import Path

from ...errors import BadSetting
from ..build import Build
from ..progress import Note


def are_given(build: Build) -> bool:
    """Whether there are any."""
    return bool(_files(build.paths.certificates))


def trust(build: Build, note: Note) -> None:
    """Add them to the trusted ones. Their file was a link to the system's, and becomes a copy. Raises BadSetting."""
    files, trusted = _files(build.paths.certificates), build.paths.trusted
    texts = [trusted.read_text(encoding="utf-8", errors="replace"), *map(_certificates, files)]
    trusted.unlink()
    trusted.write_text("\n".join(texts), encoding="utf-8")
    note(", ".join(file.name for file in files))


def _files(folder: Path) -> list[Path]:
    """By name, and without those that s2i has emptied."""
    return sorted(path for path in folder.glob("*") if path.suffix in (".crt", ".pem") and path.stat().st_size)


def _certificates(file: Path) -> str:
    text = file.read_text(encoding="ascii", errors="ignore")
    try:
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError) as error:
        raise BadSetting(f"{file}: expected certificates in PEM format, found none ({error})") from None
    return text
