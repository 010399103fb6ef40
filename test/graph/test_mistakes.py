"""`seldon-core-graph` ends before it serves if the graph cannot work. Each mistake is one line, which names the unit."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from seldon_component import exit_codes
from seldon_runtime.commands.graph import main
from support.graph_command import GraphServer
from support.server import environment, free_port

_PR_GET_DUMPABLE = 3  # of linux/prctl.h
MODEL = "class Unit:\n    def predict(self, X, names):\n        return X\n"
ROUTER = "class Unit:\n    def route(self, X, names):\n        return 0\n"
TAKES_A = "class Unit:\n    def __init__(self, a):\n        pass\n    def predict(self, X, names):\n        return X\n"
TYPES = "ROUTER, COMBINER, MODEL, TRANSFORMER, OUTPUT_TRANSFORMER"
BUILT_IN = "SIMPLE_MODEL, SIMPLE_ROUTER, RANDOM_ABTEST, EPSILON_GREEDY, AVERAGE_COMBINER"


def unit(name: str = "m", type_: str = "MODEL", **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **fields}


def above(type_: str, *children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A unit `u` above others."""
    return {"name": "u", "type": type_, "children": list(children), **fields}


def parameter(name: str, kind: str, value: str) -> dict[str, Any]:
    return {"parameters": [{"name": name, "type": kind, "value": value}]}


def deployment(*predictors: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "machinelearning.seldon.io/v1", "kind": "SeldonDeployment", "spec": {"predictors": list(predictors)}}


def predictor(name: str, **fields: Any) -> dict[str, Any]:
    containers = [{"name": "m", "image": "i:1"}]
    return {"name": name, "graph": unit(), "componentSpecs": [{"spec": {"containers": containers}}], **fields}


# graph, unit -> class (None: no class in its folder), further arguments, line ("…" stands for what may be there)
ROWS: list[tuple[Any, dict[str, str | None], list[str], str]] = [
    (unit(type_="MODELL"), {"m": MODEL}, [], f"unit 'm', type: expected one of UNKNOWN_TYPE, {TYPES}, found 'MODELL'; write one of them"),
    ({"name": "m"}, {"m": MODEL}, [], f"unit 'm', type: expected one of {TYPES}, found nothing; add it, because no method of a unit without a type is called"),
    (unit(methods=["PREDICT"]), {"m": MODEL}, [], "unit 'm', methods: expected some of TRANSFORM_INPUT, TRANSFORM_OUTPUT, ROUTE, AGGREGATE, SEND_FEEDBACK, "
     "found 'PREDICT'; write these words"),
    (unit(implementation="SIMPEL_MODEL"), {"m": MODEL}, [], "unit 'm', modelUri: expected the place of the model for SIMPEL_MODEL, found nothing; …"),
    (above("ROUTER"), {"u": ROUTER}, [], "unit 'u', children: expected 1 or more below a router, found none; add them, …"),
    (above("COMBINER"), {"u": ROUTER}, [], "unit 'u', children: expected 1 or more below a combiner, found none; add them, …"),
    (above("UNKNOWN_TYPE", implementation="EPSILON_GREEDY"), {}, [], "unit 'u', children: expected 1 or more below EPSILON_GREEDY, found none; add them, …"),
    (above("COMBINER", unit()), {"u": ROUTER, "m": MODEL}, [], "unit 'u', type COMBINER: expected a class with aggregate, found route; "
     "write aggregate, or correct the type"),
    (unit(), {"m": ROUTER}, [], "unit 'm', type MODEL: expected a class with predict, found route; write predict, or correct the type"),
    ({"name": "m", "implementation": "SKLEARN_SERVER", "modelUri": "./m"}, {"m": ROUTER}, [], "unit 'm', type SKLEARN_SERVER: expected a class with predict, …"),
    (unit(), {"m": "class Unit:\n    pass\n"}, [], "unit 'm', SERVICE_TYPE=MODEL needs a method predict, which class Unit lacks. Methods found: none; write predict"),
    ("name: u\ntype: MODEL\nchildren:\n- &again\n  name: m\n  type: MODEL\n  children: [*again]\n", {}, [],
     "graph: line 4: expected a value, found an alias of unit 'm'; write each value where it belongs"),
    (unit(endpoint={"service_host": "localhost", "service_port": 5055}), {}, ["--http-port", "5055"],
     "unit 'm', endpoint: expected another server, found http://localhost:5055, where this graph is served; "
     "correct it, or serve the graph elsewhere: --http-port PORT"),
    (unit(), {}, ["--http-port", "5055", "--unit", "m=http://[::1]:5055/v2"],
     "unit 'm', endpoint: expected another server, found http://[::1]:5055/v2, where this graph is served; …"),
    (above("MODEL", unit("u")), {"u": MODEL}, [], "unit 'u', name: expected a name of its own, found 2 units of it; rename all but one, …"),
    (unit(), {"m": MODEL}, ["--unit", "n=."], "--unit n: expected one of the units m, found 'n'; correct the name"),
    (unit(), {"m": MODEL}, ["--python", "n=3.8"], "--python n: expected one of the units in folders, m, found 'n'; correct the name"),
    (unit(), {"m": MODEL}, ["--python", "m=2.99"], "unit 'm', --python: expected a Python that is on PATH, found no Python 2.99; install it, "
     "or name an interpreter: --python m=PATH"),
    (unit(), {"m": MODEL}, ["--python", "m=/none"], "unit 'm', --python: expected a version such as 3.8, or an interpreter, found '/none'; correct it"),
    (unit(), {"m": MODEL}, ["--python", "m=true"], "unit 'm', --python: expected a Python, found …/true; correct the path"),
    (unit(), {"m": None}, [], "unit 'm', MODEL_NAME: expected one class or model file in …/m, found none; write MyModel.py with class MyModel"),
    (unit(), {}, [], "unit 'm', place: expected a folder, an image or an address, found nothing; put its folder at …/m, or say --unit m=FOLDER, =IMAGE or =URL"),
    (unit(), {}, ["--unit", "m=./none"], "unit 'm', --unit: expected a folder that exists, found 'none'; correct the path"),
    (unit(), {}, ["--unit", "m=ftp://x"], "unit 'm', --unit: expected http://, https:// or grpc:// with a host, found 'ftp://x'; correct the URL"),
    (unit(), {}, ["--unit", "m=My Model"], "unit 'm', image: expected a folder that exists, a URL or an image such as my-model:1, found 'My Model'; correct it"),
    (unit(image="model:1"), {}, [], "unit 'm', image: expected Docker, found no program /no-docker (No such file or directory); start Docker, "
     "or say where the unit is: --unit m=FOLDER or =URL"),
    (unit(endpoint={"service_host": "h"}), {}, [], "unit 'm', endpoint: expected a host and a port, as in localhost:5001, found 'h:'; give both"),
    (unit(implementation="SKLEARN_SERVER", modelUri="gs://x"), {}, [], f"unit 'm', implementation: expected one of {BUILT_IN} without a cluster, "
     "found 'SKLEARN_SERVER'; name a folder with its model: --unit m=FOLDER"),
    (unit(**parameter("a", "INT", "1")), {"m": MODEL}, [], "unit 'm', PREDICTIVE_UNIT_PARAMETERS: 'a' is not an argument of the constructor; Unit takes: no arguments"),
    (unit(), {"m": TAKES_A}, [], "unit 'm', PREDICTIVE_UNIT_PARAMETERS: 'a' is missing and has no default; Unit takes: a"),
    (unit(**parameter("a", "INT", "x")), {"m": TAKES_A}, [], "unit 'm', value of parameter 'a': expected INT, found 'x'; correct one of them"),
    (above("UNKNOWN_TYPE", unit(), unit("n"), implementation="RANDOM_ABTEST", **parameter("ratioA", "FLOAT", "7")), {"m": MODEL, "n": MODEL}, [],
     "unit 'u', value of parameter 'ratioA': expected a number from 0 to 1, found '7'; correct it"),
    (above("UNKNOWN_TYPE", unit(), unit("n"), implementation="EPSILON_GREEDY", **parameter("best_branch", "INT", "2")), {"m": MODEL, "n": MODEL}, [],
     "unit 'u', value of parameter 'best_branch': expected INT, 0 to 1, found '2'; name a child"),
    (unit(), {"m": "import os\nos._exit(3)\n" + MODEL}, [], "unit 'm', MODEL_NAME: expected a class that can be imported, "
     "found one that ends the process with exit code 3 meanwhile; … must be a Python with numpy"),
    (unit(), {"m": MODEL}, ["--predictor", "x"], "--predictor: expected none, found 'x'; leave it out"),
    (deployment(predictor("x")), {"m": MODEL}, ["--predictor", "y"], "--predictor: expected x, found 'y'; say --predictor x"),
    (deployment(predictor("x", traffic=60), predictor("y", traffic=40)), {"m": MODEL}, [], "--predictor: expected x or y, found several; say --predictor x"),
    ("name: [", {}, [], "graph: line 1: expected YAML or JSON, found a mistake: …; correct it"),
    ("", {}, [], "graph: expected a unit or a SeldonDeployment, found an empty file; write a unit as name: …, type: …"),
    ({"kind": "Pod"}, {}, [], "kind: expected SeldonDeployment, found 'Pod'; give the graph alone, or a SeldonDeployment"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment of the tests' servers, with no Docker."""
    for name in (own := environment(DOCKER="/no-docker", XDG_CACHE_HOME=tmp_path / "cache")):
        monkeypatch.setenv(name, own[name])
    monkeypatch.chdir(tmp_path)


def write(folder: Path, graph: Any, classes: dict[str, str | None]) -> Path:
    """The file of a graph, beside the folders of its units."""
    for name, text in classes.items():
        (folder / name).mkdir()
        if text is not None:
            (folder / name / "Unit.py").write_text(text)
    file = folder / "graph.yaml"
    file.write_text(graph if isinstance(graph, str) else json.dumps(graph))
    return file


def check(file: Path, *arguments: str) -> int:
    ports = () if "--http-port" in arguments else ("--http-port", str(free_port()))
    return main([str(file), "--check", *ports, *arguments])


def is_like(line: str, expected: str) -> bool:
    """`…` in what is expected stands for any text."""
    start, *rest = expected.split("…")
    if not rest:
        return line == expected
    return line.startswith(start) and line.endswith(rest[-1])


@pytest.mark.parametrize(("graph", "classes", "arguments", "line"), [pytest.param(*row, id=row[3][:60]) for row in ROWS])
def test_a_mistake_is_one_line_that_names_the_unit(
    graph: Any, classes: dict[str, str | None], arguments: list[str], line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = check(write(tmp_path, graph, classes), *arguments)
    (found,) = capsys.readouterr().err.splitlines()
    assert is_like(found, line), found
    assert code == exit_codes.BAD_SETTING


def test_each_mistake_has_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(write(tmp_path, above("MODEL", unit(), unit("n")), {"u": ROUTER, "m": None, "n": None}))
    assert [line[:8] for line in capsys.readouterr().err.splitlines()] == ["unit 'm'", "unit 'n'"]
    for name in "mn":
        (tmp_path / name / "Unit.py").write_text(ROUTER)
    check(tmp_path / "graph.yaml")
    assert [line[:8] for line in capsys.readouterr().err.splitlines()] == ["unit 'u'", "unit 'm'", "unit 'n'"]


def test_a_class_that_raises_is_named_with_its_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(write(tmp_path, unit(), {"m": "import absent\n" + MODEL}))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "unit 'm', MODEL_NAME: importing Unit failed:"
    assert lines[-2] == "ModuleNotFoundError: No module named 'absent'"
    assert lines[-1].startswith("absent is not installed: write its package into requirements.txt")


def test_a_file_that_is_missing_or_not_text_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path / "none.yaml") == exit_codes.BAD_SETTING
    (tmp_path / "bytes.yaml").write_bytes(b"\xff")
    assert check(tmp_path / "bytes.yaml") == exit_codes.BAD_SETTING
    assert capsys.readouterr().err.splitlines() == [
        f"{tmp_path}/none.yaml: expected a file with a graph in UTF-8, found: No such file or directory; correct the path",
        f"{tmp_path}/bytes.yaml: expected a file with a graph in UTF-8, found: other bytes; correct the path",
    ]


def test_no_other_process_reads_the_memory_of_the_graph(tmp_path: Path) -> None:
    """Once the command has begun, the process is not dumpable (prctl(2))."""
    code = (
        "import ctypes; from seldon_runtime.commands.graph import main; "
        f"assert main(['none.yaml']) == {exit_codes.BAD_SETTING}; print(ctypes.CDLL(None).prctl({_PR_GET_DUMPABLE}))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], cwd=tmp_path, text=True) == "0\n"


def test_a_port_that_is_taken_is_named_before_any_class_is_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        file = write(tmp_path, unit(), {"m": "import absent\n" + MODEL})
        assert check(file, "--http-port", str(port)) == exit_codes.PORT_TAKEN
    expected = f"--http-port: expected a free port, found {port} in use; choose another: --http-port PORT"
    assert capsys.readouterr().err.splitlines() == [expected]


def test_a_graph_that_can_be_served_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    greedy = above("UNKNOWN_TYPE", unit(), unit("n"), implementation="EPSILON_GREEDY")
    file = write(tmp_path, greedy, {"m": MODEL, "n": MODEL})
    assert check(file) == 0
    assert capsys.readouterr().out == f"{file}: a graph of 3 units that can be served\n"


def test_a_method_that_the_objects_alone_may_have_is_not_missed(tmp_path: Path) -> None:
    late = "class Unit:\n    def __init__(self):\n        self.predict = lambda X, names: X\n"
    assert check(write(tmp_path, unit(), {"m": late})) == 0


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Any]:
    servers = []

    def start(graph: Any, classes: dict[str, str | None], *arguments: str, **variables: object) -> GraphServer:
        servers.append(GraphServer(write(tmp_path, graph, classes), tmp_path / "scratch", *arguments, **variables))
        return servers[-1].start()

    yield start
    for server in servers:
        server.process.kill()
        server.process.wait()


def test_a_mistake_ends_a_start_as_it_ends_a_check(serve: Any) -> None:
    server = serve(unit(), {"m": ROUTER})
    assert server.exit_code() == exit_codes.BAD_SETTING
    assert server.errors == "unit 'm', type MODEL: expected a class with predict, found route; write predict, or correct the type\n"


def test_a_class_that_cannot_be_constructed_ends_the_graph_with_its_name(serve: Any) -> None:
    raising = MODEL + "    def load(self):\n        raise ValueError('no weights')\n"
    server = serve(above("MODEL", unit()), {"u": MODEL, "m": raising})
    assert server.exit_code() == exit_codes.LOAD_FAILED
    assert "ValueError: no weights" in server.errors
    assert [line for line in server.errors.splitlines() if "unit 'm' cannot be served, for the reason above: correct " in line]


def test_sigterm_ends_a_graph_that_loads(serve: Any, tmp_path: Path) -> None:
    loading = MODEL + f"    def load(self):\n        import time\n        open({str(tmp_path / 'loads')!r}, 'w')\n        time.sleep(600)\n"
    server = serve(unit(), {"m": loading})
    server.wait_until(lambda: (tmp_path / "loads").exists(), "the class was loading")
    assert server.stop() == 0
