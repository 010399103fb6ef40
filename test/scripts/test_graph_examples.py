"""The examples of graphs: what they print and answer, and that their files go to a cluster as they are."""

from __future__ import annotations

import csv
import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from seldon_runtime.commands.manifest import run
from support.graphs import EXAMPLES, GRAPHS, copy_bandit, serve_graph
from support.server import ROOT, environment

BANDIT = EXAMPLES / "graph-bandit"
SVG = "{http://www.w3.org/2000/svg}"


def program(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BANDIT / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_make_demo_graph_learns_and_draws_how(tmp_path: Path) -> None:
    demo = subprocess.run([ROOT / "make" / "demo-graph"], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    windows = re.findall(r"^ *(\d+) to +(\d+) +(\d+)% +(\d+)% +([\d.]+)$", demo.stdout, re.MULTILINE)
    assert [(first, last) for first, last, *_ in windows][-1] == ("501", "599")
    assert int(windows[0][3]) < int(windows[-1][3]) and int(windows[-1][3]) >= 90  # the share of the forest
    assert float(windows[0][4]) < float(windows[-1][4])  # the mean reward
    (name,) = re.findall(r"drawn in (\S+)$", demo.stdout, re.MULTILINE)
    picture = ET.parse(ROOT / name).getroot()
    assert [path.get("d", "").count(",") for path in picture.iter(f"{SVG}path")] == [599, 599]
    texts = [text.text or "" for text in picture.iter(f"{SVG}text")]
    assert any(text.startswith("forest ") for text in texts) and any(text.startswith("tree ") for text in texts)


@pytest.mark.parametrize(("answers", "reason"), [
    ([(0, 1.0)] * 60, "the share of forest: expected 0.8 or more at the end, found 0.00"),
    ([(1, 0.5)] * 60, "the mean reward: expected more than the first 0.50 at the end, found 0.50"),
    ([(0, 0.0)] * 100 + [(1, 1.0)] * 200, ""),
])  # fmt: skip
def test_the_demo_fails_unless_the_bandit_has_learned(answers: list[tuple[int, float]], reason: str) -> None:
    assert program("play").mistake(answers) == reason


def test_the_plot_has_the_shares_among_the_last_requests(tmp_path: Path) -> None:
    plot = program("plot")
    shares = plot.shares(["a"] + ["b"] * plot.LAST)
    assert shares["a"] == [1 / number for number in range(1, plot.LAST + 1)] + [0.0]
    assert shares["b"] == pytest.approx([1 - share for share in shares["a"]])
    with (tmp_path / "answers.csv").open("w") as file:
        csv.writer(file).writerows([("branch", "reward"), ("<a>", 1.0)])
    plot.main(tmp_path / "answers.csv", tmp_path / "plot.svg")
    (path,) = ET.parse(tmp_path / "plot.svg").getroot().iter(f"{SVG}path")
    assert path.get("d") == f"M{plot.LEFT}.0,{plot.TOP}.0"


def readme_request(url: str) -> str:
    demo, serve, request = re.findall(r"cluster\n.*?```\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[0].splitlines()
    assert (demo, serve) == ("make demo-graph", ".venv/bin/seldon-core-graph examples/graph-bandit/graph.yaml")
    return f"{request.replace('http://127.0.0.1:5000', url)} --silent --fail"


def test_the_bandits_contract_holds_through_the_tester(tmp_path: Path) -> None:
    """And the README's request is answered."""
    server = serve_graph(copy_bandit(tmp_path / "graph"), tmp_path / "server", "graph.yaml")
    try:
        server.wait_until_ready()
        answer = yaml.safe_load(subprocess.run(["bash", "-c", readme_request(server.url)], capture_output=True, check=True).stdout)
        assert answer["meta"]["routing"]["bandit"] in (0, 1) and len(answer["data"]["ndarray"][0]) == 10
        (line,) = re.findall(r"^seldon-core-api-tester (.*)$", (BANDIT / "README.md").read_text(), re.MULTILINE)
        grpc_port = str(server.variables["PREDICTIVE_UNIT_GRPC_SERVICE_PORT"])
        for words in ([], ["--endpoint", "send-feedback"], ["--tensor"]):
            for port, wire in ((str(server.port), []), (grpc_port, ["--grpc"])):
                given = [port if word == "5000" else word for word in shlex.split(line)]
                tester = subprocess.run([Path(sys.executable).parent / "seldon-core-api-tester", *given, *wire, *words],
                                        cwd=BANDIT, env=environment(), capture_output=True, text=True, check=False)  # fmt: skip
                assert (tester.returncode, tester.stderr) == (0, ""), tester.stdout
                assert tester.stdout.endswith(": 5 requests, 0 failed\n")
    finally:
        server.stop()


def test_a_python_2_model_answers_beside_one_on_python_3(tmp_path: Path, model_python_of: Callable[[str], str]) -> None:
    folder = EXAMPLES / "graph-pythons"
    server = serve_graph(folder, tmp_path, "graph.yaml", "--python", f"old={model_python_of('2.7')}")
    try:
        server.wait_until_ready()
        (line,) = re.findall(r"^curl .*$", (folder / "README.md").read_text(), re.MULTILINE)
        command = shlex.split(line.replace("http://127.0.0.1:5000", server.url))
        answer = yaml.safe_load(subprocess.run([*command, "--silent", "--fail"], capture_output=True, check=True).stdout)
    finally:
        server.stop()
    assert answer["data"] == {"names": ["price"], "ndarray": [[pytest.approx((480 + 3.1 * 1600 * 0.092903 + 72) / 2)]]}
    assert answer["meta"]["tags"] == {"old": "Python 2.7", "new": "Python %d.%d" % sys.version_info[:2]}
    assert answer["meta"]["routing"] == {"scale": -1, "blend": -1}


def test_python_2_is_taken_from_the_units_folder() -> None:
    assert (EXAMPLES / "graph-pythons" / "old" / ".python-version").read_text() == "2.7\n"


@pytest.mark.parametrize(("file", "unit"), [*zip(GRAPHS, ("bandit", "blend"), strict=True)], ids=("bandit", "pythons"))
def test_manifest_completes_the_same_file(file: Path, unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                          capfdbinary: pytest.CaptureFixture[bytes]) -> None:  # fmt: skip
    folder = shutil.copytree(file.parent, tmp_path / "graph")
    given = yaml.safe_load(file.read_text())
    images = {each["name"]: each["image"] for each in given["spec"]["predictors"][0]["componentSpecs"][0]["spec"]["containers"]}
    monkeypatch.chdir(folder / unit)
    for name in ("MODEL_UID", "MODEL_NAME", "SERVICE_TYPE"):
        monkeypatch.delenv(name, raising=False)
    arguments = ["seldon", "--graph", "../graph.yaml", "--image", images[unit]]
    readme = (file.parent / "README.md").read_text()
    assert unit != "bandit" or f"\ncd bandit\nseldon-core-microservice manifest {' '.join(arguments)} >" in readme
    code = run(arguments, folder / unit, "manifest")
    output, errors = capfdbinary.readouterr()
    assert (code, errors) == (0, b"")
    (made,) = yaml.safe_load_all(output)
    (predictor,) = made["spec"]["predictors"]
    containers = {each["name"]: each for each in predictor["componentSpecs"][0]["spec"]["containers"]}
    assert {name: each["image"] for name, each in containers.items()} == images
    assert containers[unit]["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert (made["metadata"]["name"], predictor["graph"]) == (given["metadata"]["name"], given["spec"]["predictors"][0]["graph"])
