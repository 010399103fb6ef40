"""buildah builds what Docker builds, without a daemon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.images import Container, doubles

pytestmark = [pytest.mark.docker, pytest.mark.buildah]
BUILDERS = ("python3",)  # the others differ in nothing that buildah sees


Start = Callable[..., Container]


def test_it_builds_the_dockerfile_that_s2i_writes(
    paste: Callable[[str], None], buildah: Callable[..., str], tag: str, start: Start
) -> None:
    paste("s2i and buildah, no daemon")
    assert_served(buildah, tag, start)


def test_it_builds_a_dockerfile_by_hand(by_hand: Path, buildah: Callable[..., str], tag: str, start: Start) -> None:
    buildah("bud", "--isolation=chroot", f"--tag={tag}", by_hand)
    assert_served(buildah, tag, start)


def assert_served(buildah: Callable[..., str], tag: str, start: Start) -> None:
    """It answers, and hears SIGTERM, which only PID 1 does: no shell stays before the server."""
    buildah("push", tag, f"docker-daemon:{tag}:latest")
    container = start(tag)
    assert doubles(container)
    container.terminate()
    assert container.exit_code() == 0
