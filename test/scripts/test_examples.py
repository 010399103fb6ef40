"""The examples' own words."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.scripts import Service
from support.server import ROOT

EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/.s2i"))
VERSION = (ROOT / "VERSION").read_text().strip()


def commands(example: Path) -> list[str]:
    return [line for line in (example / "README.md").read_text().splitlines() if line.startswith(("s2i ", "curl "))]


def keeps_state(example: Path) -> bool:
    """Whether it is shown with a state that is kept."""
    return "PERSISTENCE=1" in (example / "README.md").read_text()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_its_build_command_names_the_builder_of_this_version(example: Path) -> None:
    assert f" seldonio/seldon-core-s2i-python3:{VERSION} " in commands(example)[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_its_requests_are_answered(example: Path, serve: Callable[..., Service], tmp_path: Path) -> None:
    kept = {"PERSISTENCE": 1, "PERSISTENCE_URL": f"file://{tmp_path}"} if keeps_state(example) else {}
    service = serve(example, **kept).wait_until_ready()
    requests = [line for line in commands(example) if line.startswith("curl ")]
    assert requests
    for request in requests:
        command = shlex.split(re.sub(r"http://127\.0\.0\.1:500\d", service.url, request))
        subprocess.run([*command, "--silent", "--fail"], check=True)
