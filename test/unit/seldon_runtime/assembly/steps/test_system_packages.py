"""apt.txt, as far as it can be read on any machine; test/image installs what it names."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from seldon_runtime.assembly.steps import system_packages
from seldon_runtime.errors import BadSetting


def build_in(home: Path) -> Any:
    """As much of a Build as there has to be."""
    return SimpleNamespace(paths=SimpleNamespace(home=home))


@pytest.mark.parametrize("line", ["--allow-unauthenticated", "two words", "Upper", "name=", "a", "name; rm -rf /"])
def test_a_line_that_is_no_package_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "apt.txt").write_text(f"# what plots need\n\nlibcairo2\n{line}\n")
    assert system_packages.are_named(build_in(tmp_path))
    with pytest.raises(BadSetting) as error:
        system_packages.install(build_in(tmp_path))
    assert str(error.value) == (
        f"apt.txt, line 4: expected a Debian package's name, or name=version, found '{line}'"
    )


def test_without_the_file_nothing_is_wanted(tmp_path: Path) -> None:
    assert not system_packages.are_named(build_in(tmp_path))


def test_an_empty_file_asks_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "apt.txt").write_text("  # nothing yet\n")
    system_packages.install(build_in(tmp_path))
