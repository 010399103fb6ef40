"""buildah builds what Docker builds, without a daemon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from images import Container, doubles

pytestmark = [pytest.mark.docker, pytest.mark.buildah]
BUILDERS = ("python3",)  # the others differ in nothing that buildah sees


@pytest.mark.parametrize("context", ["written", "by_hand"])
def test_it_builds_the_dockerfile_that_s2i_writes_and_one_by_hand(
    context: str, request: pytest.FixtureRequest, buildah: Callable[..., None], tag: str, start: Callable[..., Container]
) -> None:
    folder: Path = request.getfixturevalue(context)
    buildah("bud", "--isolation=chroot", f"--tag={tag}", folder)
    buildah("push", tag, f"docker-daemon:{tag}:latest")
    container = start(tag)
    assert doubles(container)
    container.terminate()
    assert container.exit_code() == 0
