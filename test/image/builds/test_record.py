"""What a build writes is the same each time, and the image says what it holds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from support.images import Builder, source_of
from support.package_index import make_wheel

pytestmark = pytest.mark.docker

# every file and folder that a build may write, with its time, mode and digest, but for the one with the seconds
LIST = (
    r"find /microservice /opt/model ! -name seconds.json ! -name measured.json -printf '%p %T@ %m\n' | sort; "
    "find /microservice /opt/model -type f ! -name seconds.json ! -name measured.json -print0 | sort -z | xargs -0 sha256sum"
)


def test_two_builds_of_one_source_write_the_same_files(builder: Builder, tag: str, tmp_path: Path) -> None:
    for name in ("pricing", "rounding"):
        make_wheel(tmp_path / "whl", name, "1.0", text="WORDS = 'a' in {'x', 'yy', 'zzz'}\n")
    folder = source_of(tmp_path / "source", "pricing", "rounding", PIP_NO_INDEX="1")
    (folder / "setup.py").write_text("import setuptools\nsetuptools.setup(name='shop', version='1', py_modules=['MyModel'])\n")
    lists = []
    for _ in range(2):
        (folder / "MyModel.py").touch()
        build = builder.try_build(folder, tag, "--copy", "-i", f"{tmp_path / 'whl'}:/whl")
        assert build.exit_code == 0, build.output
        lists.append(set(builder.run(tag, "sh", "-c", LIST).splitlines()))
    assert lists[0] ^ lists[1] == set()


def test_an_image_describes_itself(builder: Builder, tag: str, tmp_path: Path) -> None:
    make_wheel(tmp_path / "whl", "pricing", "1.0", size=2_000_000)
    folder = source_of(tmp_path / "source", "pricing", PIP_NO_INDEX="1", SOURCE_REVISION="c0ffee")
    build = builder.try_build(folder, tag, "--copy", "-i", f"{tmp_path / 'whl'}:/whl")
    assert build.exit_code == 0, build.output
    lines = [" ".join(line.split()) for line in builder.run(tag, "describe").splitlines()]
    assert f"builder {builder.name}" in lines
    assert any(line.startswith(f"python {builder.python}.") for line in lines)
    assert any(line.startswith("source c0ffee, sha256 ") for line in lines)
    assert "2.0 pricing==1.0 wheel folder Apache-2.0" in lines
    assert any(re.fullmatch(r"\d+\.\d Installing requirements\.txt", line) for line in lines)
    bom = json.loads(builder.run(tag, "describe", "--json"))["bom"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom)) is None
