"""A mistake in the source ends `s2i build`, with the words that mend it."""

from __future__ import annotations

import pytest
from images import APPS, HOME, Builder
from mistakes import MISTAKES, NOT_INSTALLABLE, Mistake

pytestmark = pytest.mark.docker


@pytest.mark.parametrize("mistake", [*MISTAKES, NOT_INSTALLABLE], ids=lambda mistake: mistake.folder)
def test_a_mistake_ends_the_build_with_its_own_words(mistake: Mistake, builder: Builder) -> None:
    tag = f"seldon-s2i-test/{mistake.folder}"
    try:
        build = builder.try_build(APPS / "mistakes" / mistake.folder, tag, "--copy")
        assert build.exit_code != 0
        words = "".join(line.strip() + "\n" for line in mistake.at_build(HOME, builder.python).splitlines())
        assert words in build.output
    finally:
        builder.forget(tag)


def test_pip_says_which_requirement_it_is(builder: Builder) -> None:
    tag = "seldon-s2i-test/not-installable"
    build = builder.try_build(APPS / "mistakes" / NOT_INSTALLABLE.folder, tag, "--copy")
    assert "No matching distribution found for scikit-learn==99.0" in build.output
