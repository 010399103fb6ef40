"""seldon_runtime.assembly.packages.brought and requirements_text: which file counts, and what is in an export."""

from __future__ import annotations

from pathlib import Path

import pytest
from seldon_runtime.assembly.packages.brought import brought, not_read
from seldon_runtime.assembly.packages.requirements_text import entries_of, with_and_without_hashes

ORDER = ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "requirements.txt"]


@pytest.mark.parametrize("count", range(len(ORDER)))
def test_the_first_file_counts_and_the_others_are_named(count: int, tmp_path: Path) -> None:
    for name in ORDER[count:]:
        (tmp_path / name).touch()
    (tmp_path / "pyproject.toml").write_text("[project]\ndependencies = ['numpy']\n")
    found = brought(tmp_path)
    assert found is not None
    assert (found.file, found.is_lock) == (ORDER[count], ORDER[count] != "requirements.txt")
    assert not_read(tmp_path) == ORDER[count + 1 :]


def test_a_package_alone_has_no_list(tmp_path: Path) -> None:
    assert brought(tmp_path) is None
    (tmp_path / "setup.py").touch()
    found = brought(tmp_path)
    assert found is not None
    assert not found.export
    assert not_read(tmp_path) == []


EXPORT = """\
-i https://index.example/simple
# made by a tool
six==1.17.0 ; python_version >= "3.6" \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via python-dateutil
-e ./libs/tariffs
pricing @ git+https://git.example/pricing@0123  # pinned
"""


def test_the_entries_of_an_export_are_single_lines_without_comments_and_indexes() -> None:
    assert list(entries_of(EXPORT)) == [
        'six==1.17.0 ; python_version >= "3.6" --hash=sha256:aa --hash=sha256:bb',
        "-e ./libs/tariffs",
        "pricing @ git+https://git.example/pricing@0123",
    ]
    hashed, others = with_and_without_hashes(EXPORT)
    assert (len(hashed), others) == (1, ["-e ./libs/tariffs", "pricing @ git+https://git.example/pricing@0123"])
