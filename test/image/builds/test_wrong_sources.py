"""A mistake in the source ends `s2i build`, with the words that mend it."""

from __future__ import annotations

import pytest
from support.images import APPS, HOME, Build, Builder
from support.mistakes import CONTRACT_MISTAKES, MISTAKES, NOT_INSTALLABLE, Mistake

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)  # test/scripts has the same table on each Python; here, s2i passes the words on


def try_to_build(mistake: Mistake, builder: Builder) -> Build:
    tag = f"seldon-s2i-test/{mistake.folder}"
    try:
        return builder.try_build(APPS / "mistakes" / mistake.folder, tag, "--copy")
    finally:
        builder.forget(tag)


def words_of(mistake: Mistake, builder: Builder) -> str:
    """What is to be printed, without the indentation, which s2i drops."""
    return "".join(line.strip() + "\n" for line in mistake.at_build(HOME, builder.python).splitlines())


@pytest.mark.parametrize("mistake", MISTAKES + CONTRACT_MISTAKES, ids=lambda mistake: mistake.folder)
def test_a_mistake_ends_the_build_with_its_own_words(mistake: Mistake, builder: Builder) -> None:
    build = try_to_build(mistake, builder)
    assert build.exit_code != 0
    # a step's line, on standard output, may come between two of them
    assert set(words_of(mistake, builder).splitlines()) <= set(build.output.splitlines())


def test_a_requirement_that_cannot_be_installed_ends_the_build_below_what_pip_said(builder: Builder) -> None:
    build = try_to_build(NOT_INSTALLABLE, builder)
    assert build.exit_code != 0
    said_by_pip, words, _ = build.output.partition(words_of(NOT_INSTALLABLE, builder))
    assert words
    assert "No matching distribution found for scikit-learn==99.0" in said_by_pip
