"""What is injected into `s2i build`: wheels, and what opens a private index. The index runs here, and notes what it is asked."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from support.images import Builder, source_of
from support.package_index import Index, make_wheel

pytestmark = pytest.mark.docker

PASSWORD = "s3cr3t-of-the-index"


@pytest.fixture
def index(engine: docker.DockerClient, tmp_path: Path) -> Iterator[Index]:
    """Reachable from containers alone: it listens on the bridge."""
    (bridge,) = engine.networks.get("bridge").attrs["IPAM"]["Config"]
    gateway = bridge.get("Gateway") or str(next(ipaddress.ip_network(bridge["Subnet"]).hosts()))
    index = Index(tmp_path / "index", host=gateway)
    yield index
    index.close()


def added(builder: Builder, image: str) -> dict[str, tuple[str, str]]:
    """name -> version and origin of each package that is not the builder's, as the image itself describes them."""
    record: dict[str, Any] = json.loads(builder.run(image, "describe", "--json"))["build"]
    packages = [each for each in record["packages"] if each["origin"] != "builder"]
    return {each["name"]: (each["version"], each["origin"]) for each in packages}


def test_wheels_come_before_the_index_and_what_they_lack_comes_from_it(
    builder: Builder, index: Index, tag: str, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "whl", "pricing", "1.0", requires=["rounding"])
    make_wheel(tmp_path / "whl", "rounding", "1.5")
    make_wheel(tmp_path / "whl", "shipping", "1.0", tag="cp35-cp35m-manylinux1_x86_64")
    for name in ("pricing", "rounding", "tariffs"):
        make_wheel(index.folder, name, "9.0")
    folder = source_of(tmp_path / "source", "pricing", "tariffs", **index.options)
    build = builder.try_build(folder, tag, "--copy", "-i", f"{tmp_path / 'whl'}:/whl")
    assert build.exit_code == 0, build.output
    assert f"is not used: it is for Python cp35-cp35m, and this is Python {builder.python}" in build.output
    assert added(builder, tag) == {
        "pricing": ("1.0", "wheel folder"), "rounding": ("1.5", "wheel folder"), "tariffs": ("9.0", "index")}  # fmt: skip
    assert {name.partition("-")[0] for name in index.downloads} == {"tariffs"}
    assert builder.run(tag, "find", "/whl", "-size", "+0", "-type", "f") == ""


def test_offline_all_that_is_missing_is_named_at_once_and_no_index_is_asked(
    builder: Builder, index: Index, tag: str, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "whl", "pricing", "1.0", requires=["rounding>=2"])
    folder = source_of(tmp_path / "source", "pricing", "tariffs", **index.options)
    build = builder.try_build(folder, tag, "--copy", "-i", f"{tmp_path / 'whl'}:/whl", "-e", "PIP_NO_INDEX=1")
    assert build.exit_code != 0
    assert "PIP_NO_INDEX is set, and /whl lacks:\nrounding>=2 (needed by pricing)\ntariffs\n" in build.output
    assert index.asked == []


def test_an_injected_pip_conf_opens_a_private_index_and_its_password_is_not_in_the_image(
    builder: Builder, index: Index, tag: str, tmp_path: Path
) -> None:
    index.password = PASSWORD
    make_wheel(index.folder, "pricing", "1.0")
    url = index.url.replace("http://", f"http://reader:{PASSWORD}@")
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "pip.conf").write_text(f"[global]\nindex-url = {url}\ntrusted-host = {index.host}\n")
    folder = source_of(tmp_path / "source", "pricing", BUILD_LOGLEVEL="1")
    build = builder.try_build(folder, tag, "--copy", "-i", f"{tmp_path / 'credentials'}:/run/secrets")
    assert build.exit_code == 0, build.output
    assert added(builder, tag) == {"pricing": ("1.0", "index")}
    assert PASSWORD not in build.output
    assert builder.places_of(tag, PASSWORD) == []


def test_a_password_that_would_stay_in_the_image_ends_the_build_and_is_not_printed(
    builder: Builder, index: Index, tag: str, tmp_path: Path
) -> None:
    index.password = PASSWORD
    make_wheel(index.folder, "pricing", "1.0")
    url = index.url.replace("http://", f"http://reader:{PASSWORD}@")
    folder = source_of(tmp_path / "source", "pricing", PIP_TRUSTED_HOST=index.host)
    build = builder.try_build(folder, tag, "--copy", "-e", f"PIP_INDEX_URL={url}")
    assert build.exit_code != 0
    assert "credentials are in the variable PIP_INDEX_URL" in build.output
    assert PASSWORD not in build.output
