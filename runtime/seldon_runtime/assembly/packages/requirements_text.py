"""The entries of an exported list of requirements: one requirement each, with its hashes."""

from __future__ import annotations

from collections.abc import Iterator


def entries_of(text: str) -> Iterator[str]:
    """Each entry on one line, without comments, blank lines and options of the whole file."""
    for line in text.replace("\\\n", " ").splitlines():
        entry = " ".join(line.split(" #")[0].split())
        if entry and not entry.startswith(("#", "-i ", "--index-url", "--extra-index-url", "--trusted-host")):
            yield entry


def with_and_without_hashes(text: str) -> tuple[list[str], list[str]]:
    """pip checks either the hash of all requirements or that of none. Folders and repositories have none."""
    entries = list(entries_of(text))
    hashed = [entry for entry in entries if " --hash=" in entry]
    return hashed, [entry for entry in entries if entry not in hashed]
