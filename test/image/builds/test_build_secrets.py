"""A private index in the Dockerfile path: its password is a secret that the build tool mounts, and is nowhere afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.images import Builder, search_of, source_with
from support.package_index import Index

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)  # the mount is the build tool's; what reads it is tested on each Python in test/scripts
PASSWORD = "s3cr3t-of-the-index"
MOUNTED = "COPY . /tmp/src\nRUN --mount=type=secret,id={name},uid=1001 /s2i/bin/assemble\n"  # docs/building.md
Secret = tuple[str, Path]


@pytest.fixture(params=["pip.conf", ".netrc"])
def secret(request: pytest.FixtureRequest, index: Index, tmp_path: Path) -> Secret:
    """Name and path of a file that opens the index, which is closed without it."""
    index.password = PASSWORD
    texts = {
        "pip.conf": f"[global]\nindex-url = {index.url.replace('http://', f'http://reader:{PASSWORD}@')}\n",
        ".netrc": f"machine {index.host} login reader password {PASSWORD}\n",
    }
    file = tmp_path / "secret"
    file.write_text(texts[request.param])
    return request.param, file


@pytest.fixture
def context(secret: Secret, index: Index, builder: Builder, tmp_path: Path) -> Path:
    """A model that needs what only the private index has, and a Dockerfile that mounts the secret."""
    dockerfile = f"FROM {builder.name}\n{MOUNTED.format(name=secret[0])}"
    where = "" if secret[0] == "pip.conf" else f"--index-url {index.url}\n"
    return source_with(tmp_path / "source", requirements_txt=f"{where}tariff\n", Dockerfile=dockerfile)


def option(secret: Secret) -> str:
    name, file = secret
    return f"--secret=id={name},src={file}"


def build_with_docker(*arguments: object) -> subprocess.CompletedProcess[str]:
    """By BuildKit. No step comes from its cache, whose key does not have the secret."""
    command = [os.environ.get("DOCKER", "docker"), "build", "--no-cache", "--network=host", *map(str, arguments)]
    variables = {**os.environ, "DOCKER_BUILDKIT": "1"}
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_docker_mounts_a_secret_that_opens_the_index(
    secret: Secret, context: Path, index: Index, builder: Builder, tag: str
) -> None:
    build = build_with_docker(option(secret), f"--tag={tag}", context)
    assert build.returncode == 0, build.stderr
    assert set(index.downloads) == {"tariff-1.0-py2.py3-none-any.whl"}
    assert builder.run(tag, "python", "-c", "import tariff; print(tariff.VERSION)") == "1.0"
    assert PASSWORD not in build.stdout + build.stderr
    assert builder.places_of(tag, PASSWORD) == []


@pytest.mark.parametrize("secret", [".netrc"], indirect=True)  # a pip.conf names the index, too
def test_without_the_secret_the_index_is_closed(context: Path, index: Index, tag: str) -> None:
    build = build_with_docker(f"--tag={tag}", context)
    assert build.returncode != 0
    assert "requirements.txt: pip could not install it" in build.stderr
    assert index.downloads == []


@pytest.mark.buildah
def test_buildah_mounts_a_secret_that_opens_the_index(
    secret: Secret, context: Path, buildah: Callable[..., str], tag: str
) -> None:
    """All of it in buildah's store: to push the image to Docker takes longer than the build."""
    buildah("bud", "--isolation=chroot", option(secret), f"--tag={tag}", context)
    run = ("run", "--isolation=chroot", buildah("from", "--pull-never", tag), "--")
    assert buildah(*run, "python", "-c", "import tariff; print(tariff.VERSION)") == "1.0"
    assert PASSWORD not in buildah("inspect", "--type=image", tag)  # its settings and its history
    assert buildah(*run, *search_of(PASSWORD)) == ""
