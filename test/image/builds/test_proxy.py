"""A site's proxy."""

from __future__ import annotations

from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import docker
import pytest
from support.images import Builder, source_of, source_with
from support.package_index import Index
from support.relay import Relay, served

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)


def test_a_proxy_is_used_while_building_and_not_kept(
    index: Index, tmp_path: Path, tag: str, builder: Builder, engine: docker.DockerClient
) -> None:
    asked: list[str] = []
    where = "--index-url http://packages.example/simple/\n--trusted-host packages.example\n"
    source = source_with(
        tmp_path / "source",
        requirements_txt=f"{where}tariff\n",
        Dockerfile=f"FROM {builder.name}\nCOPY --chown=1001:0 . /tmp/src\nRUN /s2i/bin/assemble\n",
    )
    for port in served(ThreadingHTTPServer(("127.0.0.1", 0), partial(Relay, index, asked))):
        proxy = {"http_proxy": f"http://127.0.0.1:{port}"}
        engine.images.build(path=str(source), tag=tag, rm=True, forcerm=True, network_mode="host", buildargs=proxy)
    assert "http://packages.example/simple/tariff/" in asked
    assert "proxy" not in str(engine.images.get(tag).attrs).lower()
    assert "proxy" not in str(engine.images.get(tag).history()).lower()


def test_a_proxy_with_a_password_that_s2i_would_keep_ends_the_build(tmp_path: Path, tag: str, builder: Builder) -> None:
    """As a build argument of a Dockerfile it passes, because that is not kept: see test/scripts."""
    source = source_of(tmp_path / "source")
    build = builder.try_build(source, tag, "--copy", "-e", "http_proxy=http://reader:pa55word@127.0.0.1:9")
    assert build.exit_code != 0
    assert "credentials are in the variable http_proxy. " in build.output
    assert "pa55word" not in build.output.partition("credentials are in")[2]
