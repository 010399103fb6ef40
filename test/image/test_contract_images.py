"""contract.json in images: the testers that are there, and two builders compared."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.images import APPS, EXAMPLES, PARENTS, Builder, Container, candidates
from support.server import ROOT

pytestmark = pytest.mark.docker
IMAGES = candidates(PARENTS)
NEW, OLD = IMAGES[0], IMAGES[-1]  # the same one twice, if there is but one


@pytest.mark.parametrize("command", ["seldon-core-tester", "seldon-core-api-tester"])
def test_a_built_image_passes_its_own_tester(command: str, builder: Builder, start: Callable[..., Container]) -> None:
    container = start(builder.build(EXAMPLES / "model-template")).wait_until_ready()
    assert container.execute("sh", "-c", f"command -v {command}").strip() == f"/opt/seldon/commands/{command}"
    output = container.execute(command, "contract.json", "127.0.0.1", "5000", "-n", "3", "-b", "2")
    assert output == "predict: 3 requests, 0 failed\n"


# source -> whether its answers depend on which of the two builders it is
SOURCES = {EXAMPLES / "model-template": False, APPS / "halving": "-python2:" in OLD and "-python3:" in NEW}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_compare_finds_what_two_builders_answer_differently(source: Path) -> None:
    variables = {"OLD": OLD, "NEW": NEW, "SRC": source, "N": 2, "ROWS": 20}
    command = ["make", "--silent", "compare", *(f"COMPARE_{name}={value}" for name, value in variables.items())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    *lines, last = done.stdout.splitlines()
    count = 2 if SOURCES[source] else 0
    assert last == f"2 requests of 20 rows: {count or 'none'} answered differently by {OLD} and {NEW}", done.stderr
    # halves of odd numbers: the second column alone, by a half at most
    assert [line.partition(": ")[2][:16] for line in lines] == ["column 1 (t:1): "] * count
    assert all(" rows differ, at most by 0.5; row " in line for line in lines)
    assert (done.returncode == 0) == (count == 0)
