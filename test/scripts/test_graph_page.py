"""docs/graph.md, its commands pasted by a reader, and its tables beside the code."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from seldon_runtime.config.graph_arguments import graph_arguments
from seldon_runtime.orchestrator import built_in
from seldon_runtime.orchestrator.node import _BY_METHOD, _BY_TYPE
from support.graphs import serve_graph
from support.server import ROOT, Server, environment

PAGE = (ROOT / "docs" / "graph.md").read_text(encoding="utf-8")
PROGRAMS = ("cp", "curl", "make", "seldon-core-graph", "seldon-core-api-tester")
COMMANDS = [
    line
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if not language and line.partition(" ")[0] in PROGRAMS
]
ADDRESS = re.compile(r"(127\.0\.0\.1[: ])5000\b")
OTHER = "name: other\nimplementation: SIMPLE_MODEL\n"


class Reader:
    """Pastes commands in a folder with the files of the page. output: of each command that has ended."""

    def __init__(self, folder: Path) -> None:
        self.output: list[tuple[str, str]] = []
        self._folder = folder
        self._server: Server | None = None
        (graph,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
        (folder / "graph.yaml").write_text(graph)
        (folder / "new.yaml").write_text(graph.replace("      - {name: third, type: MODEL}\n", ""))  # the same responses
        (folder / "examples").symlink_to(ROOT / "examples")

    def paste(self, line: str) -> None:
        words = shlex.split(line)
        if words[0] == "seldon-core-graph" and "--check" not in words:
            self.stop()
            scratch = self._folder / f"scratch-{len(self.output)}"
            self._server = serve_graph(self._folder, scratch, *words[1:]).wait_until_ready()
            return
        port = str(self._server.port) if self._server else ""
        done = self.run(ADDRESS.sub(rf"\g<1>{port}", line))
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        self.output.append((words[0], done.stdout))

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        if line.startswith("make "):
            line = re.sub(r"=(\w+\.yaml|examples)", rf"={self._folder}/\1", line) + f" --directory {ROOT} --silent COMPARE_N=5"
        if line.startswith("curl "):
            line += " --silent --show-error --fail"
        variables = environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        return subprocess.run(["bash", "-ec", line], cwd=self._folder, env=variables, capture_output=True, text=True, check=False)

    def compare_with_the_server(self) -> subprocess.CompletedProcess[str]:
        """Another graph with the server that runs."""
        (self._folder / "other.yaml").write_text(OTHER)
        assert self._server
        return self.run(f"make compare COMPARE_OLD=other.yaml COMPARE_NEW={self._server.url} COMPARE_SRC=examples/model-template")

    def stop(self) -> None:
        if self._server:
            self._server.stop()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """One who has pasted all commands. The last server still runs."""
    reader = Reader(tmp_path_factory.mktemp("page"))
    try:
        for line in COMMANDS:
            reader.paste(line)
        yield reader
    finally:
        reader.stop()


@pytest.fixture(scope="module")
def pasted(reader: Reader) -> list[tuple[str, str]]:
    """(program, its output) for each command of the page."""
    return reader.output


def test_the_rewarded_branch_answers_the_next_request(pasted: list[tuple[str, str]]) -> None:
    first, feedback, after = (yaml.safe_load(output) for program, output in pasted if program == "curl")
    assert first["meta"]["requestPath"] == {"router": "router", "first": "first"}
    assert "data" not in feedback
    assert after["meta"]["tags"] == {"mean_rewards": [0.0, 1.0]}
    shown = yaml.safe_load(re.search(r'^\{"data".*?\}\}\}$', PAGE, re.MULTILINE | re.DOTALL)[0])  # type: ignore[index]
    for key in ("data", "meta"):
        assert {**after[key], "puid": ""} == {**shown[key], "puid": ""}


def test_the_checks_say_what_can_be_served(pasted: list[tuple[str, str]]) -> None:
    outputs = [output for program, output in pasted if program == "seldon-core-graph"]
    assert len(outputs) == 2
    assert all(output.startswith("graph.yaml: a graph of 5 units") for output in outputs)


def test_the_tester_passes(pasted: list[tuple[str, str]]) -> None:
    assert ("seldon-core-api-tester", "predict: 10 requests, 0 failed\n") in pasted


def test_compare_finds_no_difference_of_two_graphs(pasted: list[tuple[str, str]]) -> None:
    (output,) = (output for program, output in pasted if program == "make")
    assert output.startswith("5 requests of 10 rows: none answered differently by ")


def test_compare_finds_the_differences_of_a_graph_and_a_server(reader: Reader) -> None:
    compared = reader.compare_with_the_server()
    assert compared.returncode != 0
    assert compared.stdout.splitlines()[-1].startswith("5 requests of 10 rows: 5 answered differently by ")
    assert "predict, request 1: data: old tensor, new ndarray\n" in compared.stdout


def test_the_table_of_types_is_the_one_of_the_walk() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|(.*)\|(.*)\|$", PAGE.partition("## Feedback")[0], re.MULTILINE)
    types = {kind: (re.findall(r"`(\w+)`", words), re.findall(r"`(\w+)`", methods)) for kind, words, methods in rows}
    unknown = types.pop("UNKNOWN_TYPE")
    assert unknown == ([], ["methods"])
    assert {kind: tuple(methods) for kind, (_, methods) in types.items()} == _BY_TYPE
    for kind, (words, methods) in types.items():
        assert [_BY_METHOD[word] for word in words] == ([] if kind == "MODEL" else methods)


def test_the_table_of_built_in_units_has_all() -> None:
    section = PAGE.partition("## Built-in units")[2].partition("\n## ")[0]
    assert tuple(re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE)) == built_in.NAMES


def test_the_page_names_the_options_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        graph_arguments(["--help"], "seldon-core-graph")
    options = {*re.findall(r"--[a-z-]+", capsys.readouterr().out)} - {"--help"}
    assert options == {*re.findall(r"`(--[a-z-]+)", PAGE)}
