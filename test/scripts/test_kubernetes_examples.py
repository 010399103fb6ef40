"""examples/kubernetes: its README's commands print its files."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml
from seldon_runtime.commands.manifest import run
from support.images import EXAMPLES
from support.server import environment

HERE = EXAMPLES / "kubernetes"
README = (HERE / "README.md").read_text(encoding="utf-8")
GIVEN = ("graph.yaml", "seldon-canary-graph.yaml")
READ_AGAIN = "with-1.yaml"  # printed by one command, and read by the next
COMMAND = re.compile(r"^((?:[A-Z_]+=\S+ )*)seldon-core-microservice manifest (.*) >(\S+)$")
# folder of the model -> the commands to run there
SCRIPTS = {model: script.splitlines() for model, script in re.findall(r"In \[examples/([\w-]+)\].*?\n```\n(.*?)```", README, re.DOTALL)}


def parts(line: str) -> tuple[dict[str, str], list[str], str]:
    """Variables, arguments and the file of a command."""
    found = COMMAND.match(line)
    assert found, line
    return dict(one.split("=", 1) for one in found[1].split()), shlex.split(found[2]), found[3]


def set_environment(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    """As a shell without our variables has it."""
    for name in os.environ.keys() - environment().keys():
        monkeypatch.delenv(name)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)


@pytest.mark.parametrize("model", SCRIPTS)
def test_the_readmes_commands_print_the_files(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = shutil.copytree(EXAMPLES / model, tmp_path / model)
    for name in GIVEN:
        shutil.copy(HERE / name, folder)
    monkeypatch.chdir(folder)
    for line in SCRIPTS[model]:
        variables, arguments, name = parts(line)
        with monkeypatch.context() as patch:
            set_environment(patch, variables)
            code = run(arguments, folder, "seldon-core-microservice manifest")
        output, errors = capfdbinary.readouterr()
        assert (code, errors) == (0, b""), line
        (folder / name).write_bytes(output)
        assert name == READ_AGAIN or output == (HERE / name).read_bytes(), f"paste the README's commands again: {line}"


def test_no_file_is_there_that_no_command_prints() -> None:
    printed = {parts(line)[2] for script in SCRIPTS.values() for line in script}
    assert {path.name for path in HERE.iterdir()} == {*printed - {READ_AGAIN}, *GIVEN, "README.md"}


def test_the_canary_has_both_versions() -> None:
    (thing,) = yaml.safe_load_all((HERE / "seldon-canary.yaml").read_text(encoding="utf-8"))
    predictors = thing["spec"]["predictors"]
    one, other = (predictor["componentSpecs"][0]["spec"]["containers"][0] for predictor in predictors)
    assert [container["image"] for container in (one, other)] == ["registry.example/my-model:1", "registry.example/my-model:2"]
    assert [predictor["traffic"] for predictor in predictors] == [90, 10]
    assert {**one, "image": ""} == {**other, "image": ""}
