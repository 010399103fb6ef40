"""What wheels and installed packages say of themselves, in the files that both have.

RECORD (PEP 376 and PEP 427) has a line for each file: its path, its hash and its size. pip copies the lines of a
wheel into the RECORD that it installs. So the two tell, with every pip, whether a package comes from a certain wheel.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement

RecordedFile = tuple[str, str]  # path and hash, such as ("pricing/__init__.py", "sha256=47DE…")


def recorded_paths(record: str) -> list[str]:
    """The paths of all files that a RECORD lists."""
    return [row[0] for row in csv.reader(record.splitlines()) if row]


def recorded_files(record: str) -> frozenset[RecordedFile]:
    """The files that a RECORD lists with a hash."""
    rows = (row for row in csv.reader(record.splitlines()) if len(row) > 1)
    return frozenset((row[0], row[1]) for row in rows if row[1])


def comes_from(installed: frozenset[RecordedFile], wheel: frozenset[RecordedFile]) -> bool:
    """Whether an installed package has all files of a wheel, by the two RECORDs.

    The files of a wheel's `.data` folder do not count: pip moves them, and changes the first line of scripts.
    """
    unchanged = {(path, digest) for path, digest in wheel if not path.partition("/")[0].endswith(".data")}
    return bool(unchanged) and unchanged <= installed


def valid_requirements(texts: Iterable[str]) -> list[Requirement]:
    """The requirements that are valid. Old packages have others, and pip ignores these as well."""
    found = []
    for text in texts:
        try:
            found.append(Requirement(text))
        except InvalidRequirement:
            continue
    return found
