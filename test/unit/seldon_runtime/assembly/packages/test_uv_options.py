"""pip's options in uv's words."""

from __future__ import annotations

from pathlib import Path

import pytest
from seldon_runtime.assembly.packages.requirements_file import RequirementsFile, read_requirements
from seldon_runtime.assembly.packages.uv_options import NeedsPip, UvOptions, uv_options

NONE = RequirementsFile()


OPTIONS = {
    "no-cache-dir": "1",
    "disable-pip-version-check": "1",
    "index-url": "https://reader:pa55word@a.example/simple",
    "extra-index-url": "https://b.example\nhttps://c.example",
    "find-links": "one two",
    "trusted-host": "a.example b.example",
    "cert": "/ca.pem",
    "timeout": "60",
    "constraint": "a.txt b.txt",
    "no-binary": "numpy,scipy",
    "no-index": "yes",
    "pre": "1",
}


def test_options_without_effect_are_left_out_and_the_others_become_variables_and_arguments() -> None:
    found = uv_options(OPTIONS, NONE, has_wheels=False)
    assert found.variables == {
        "UV_DEFAULT_INDEX": "https://reader:pa55word@a.example/simple",
        "UV_EXTRA_INDEX_URL": "https://b.example https://c.example",
        "UV_FIND_LINKS": "one,two",
        "UV_INSECURE_HOST": "a.example b.example",
        "SSL_CERT_FILE": "/ca.pem",
        "UV_HTTP_TIMEOUT": "60",
    }
    assert " ".join(found.arguments) == (
        "--constraints a.txt --constraints b.txt --no-binary numpy --no-binary scipy --no-index --prerelease allow"
    )
    assert "pa55word" not in repr(found)


def test_an_option_that_is_off_is_off() -> None:
    assert uv_options({"pre": "false", "no-index": "0"}, NONE, has_wheels=False) == UvOptions()


def test_a_proxy_is_that_of_pip_alone() -> None:
    found = uv_options({"proxy": "http://proxy.example:3128"}, NONE, has_wheels=False)
    assert found.variables == dict.fromkeys(("http_proxy", "https_proxy"), "http://proxy.example:3128")
    assert {"no_proxy", "HTTPS_PROXY"} <= {*found.without}


def test_a_file_with_hashes_needs_a_hash_for_each_package(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pricing==1.0 --hash=sha256:00\n")
    file = read_requirements(tmp_path / "requirements.txt", {})
    assert uv_options({"require-hashes": "1"}, file, has_wheels=False).arguments == ("--require-hashes",)


@pytest.mark.parametrize(
    ("options", "line", "has_wheels", "why"),
    [
        ({"upgrade": "1"}, "pricing", False, "pip's option upgrade is set"),
        ({"target": "/there"}, "pricing", False, "pip's option target is set"),
        ({}, "--pre", False, "requirements.txt has the option --pre"),
        ({}, "--trusted-host a.example", False, "requirements.txt has the option --trusted-host"),
        ({"index-url": "https://a"}, "-i https://b", False, "requirements.txt and pip's configuration name an index"),
        ({"extra-index-url": "https://a"}, "pricing", True, "there is more than one place for packages"),
        ({}, "--find-links wheels", True, "there is more than one place for packages"),
    ],
)
def test_what_uv_would_do_in_another_way_needs_pip(
    options: dict[str, str], line: str, has_wheels: bool, why: str, tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").write_text(f"{line}\n")
    with pytest.raises(NeedsPip, match=why):
        uv_options(options, read_requirements(tmp_path / "requirements.txt", {}), has_wheels)


def test_an_index_in_the_file_or_beside_wheels_is_uvs_too(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("--extra-index-url https://b.example\npricing\n")
    file = read_requirements(tmp_path / "requirements.txt", {})
    uv_options({"index-url": "https://a.example"}, file, has_wheels=False)
    uv_options({"index-url": "https://a.example"}, NONE, has_wheels=True)
