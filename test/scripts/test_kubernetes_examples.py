"""examples/kubernetes: its README's commands print its files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support.images import EXAMPLES
from support.server import environment

HERE = EXAMPLES / "kubernetes"
README = (HERE / "README.md").read_text(encoding="utf-8")
GIVEN = ("graph.yaml", "seldon-canary-graph.yaml")
# folder of the model -> the commands to run there
SCRIPTS = dict(re.findall(r"In \[examples/([\w-]+)\].*?\n```\n(.*?)```", README, re.DOTALL))


def printed_by(script: str) -> list[str]:
    return re.findall(r">([\w-]+\.yaml)$", script, re.MULTILINE)


@pytest.mark.parametrize("model", SCRIPTS)
def test_the_readmes_commands_print_the_files(model: str, tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLES / model, tmp_path / model)
    for name in GIVEN:
        shutil.copy(HERE / name, folder)
    here = environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", SCRIPTS[model]], cwd=folder, env=here, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for name in printed_by(SCRIPTS[model]):
        if name != "with-1.yaml":  # what the next command reads
            assert (folder / name).read_text(encoding="utf-8") == (HERE / name).read_text(encoding="utf-8"), name


def test_no_file_is_there_that_no_command_prints() -> None:
    printed = {name for script in SCRIPTS.values() for name in printed_by(script)} - {"with-1.yaml"}
    assert len(printed) > 12
    assert {path.name for path in HERE.iterdir()} == {*printed, *GIVEN, "README.md"}


def test_the_canary_has_both_versions() -> None:
    (thing,) = yaml.safe_load_all((HERE / "seldon-canary.yaml").read_text(encoding="utf-8"))
    predictors = thing["spec"]["predictors"]
    images = [one["componentSpecs"][0]["spec"]["containers"][0]["image"] for one in predictors]
    assert images == ["registry.example/my-model:1", "registry.example/my-model:2"]
    assert [one["traffic"] for one in predictors] == [90, 10]
    one, other = ({**one["componentSpecs"][0]["spec"]["containers"][0], "image": ""} for one in predictors)
    assert one == other
