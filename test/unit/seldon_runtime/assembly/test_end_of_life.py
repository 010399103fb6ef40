"""What a build says about a Python that gets no fixes."""

from __future__ import annotations

from datetime import date

import pytest
from seldon_runtime.assembly.end_of_life import ended, sentence
from support.pythons import DEFAULT
from support.server import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_python_has_ended_when_its_last_month_is_over() -> None:
    assert ended("3.9", date(2025, 10, 31)) is None
    assert ended("3.9", date(2025, 11, 1)) == "2025-10"


def test_a_python_that_the_table_lacks_is_not_spoken_of() -> None:
    assert ended("3.5", date(2026, 1, 1)) is None


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.9"])
def test_the_readme_shows_what_is_printed(version: str) -> None:
    until = ended(version, date(2026, 1, 1))
    assert until
    assert sentence(version, until, DEFAULT) in README
