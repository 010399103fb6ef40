"""s2i/bin/usage: a guide that a newcomer can follow, to the letter."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from seldon_runtime.config.variables import VARIABLES
from support.scripts import Service, script

BUILDER = "registry.example.com/team/builder:7.1"


@pytest.fixture(scope="module")
def guide() -> str:
    usage = script("usage", SELDON_BUILDER=BUILDER)
    assert (usage.returncode, usage.stderr) == (0, "")
    return usage.stdout


def test_every_build_command_names_this_very_image(guide: str) -> None:
    commands = [line for line in guide.splitlines() if line.startswith(("   s2i build ", "   FROM "))]
    assert len(commands) >= 3
    assert all(BUILDER in command for command in commands)


def test_every_variable_is_there(guide: str) -> None:
    assert [variable.name for variable in VARIABLES if f"   {variable.name} " not in guide] == []


def test_its_commands_make_a_model_that_serves_and_its_requests_are_answered(
    guide: str, tmp_path: Path, serve: Callable[..., Service]
) -> None:
    lines = [line.strip() for line in guide.splitlines()]  # as `s2i usage` shows them
    for command in (line for line in lines if line.startswith(("mkdir ", "printf "))):
        subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    service = serve(tmp_path).wait_until_ready()
    requests = [line for line in lines if line.startswith("curl ")]
    assert len(requests) >= 2
    for request in requests:
        words = shlex.split(request.replace("http://127.0.0.1:5000", service.url))
        answer = subprocess.run([*words, "--silent", "--fail"], capture_output=True, text=True, check=True)
        assert '"ndarray":[[2.0,4.0]]' in answer.stdout
