"""The Python, the packages, the variables and the folder of a unit that `seldon-core-graph` starts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.graph_command import GraphServer
from support.package_index import Index, make_wheel
from support.pythons import CURRENT

# what a unit is asked for is what its class may read: a module, a variable, its folder, its Python
TELLING = """
import os, sys
class Unit(object):
    def __init__(self, name="none"):
        self.name = name
    def predict(self, X, names):
        asked = str(X[0])
        if asked == "name":
            return [self.name]
        if asked == "folder":
            return [os.getcwd()]
        if asked == "python":
            return ["%d.%d" % sys.version_info[:2]]
        if asked == "class":
            return [self.__class__.__name__]
        if asked.startswith("import "):
            return [__import__(asked[len("import "):]).VERSION]
        return [os.environ.get(asked, "absent")]
"""
Start = Callable[..., GraphServer]
OF_ONE_COMPONENT = {
    "MODEL_NAME": "Other", "SERVICE_TYPE": "ROUTER", "PERSISTENCE": "1", "PREDICTIVE_UNIT_ID": "other",
    "PREDICTIVE_UNIT_PARAMETERS": '[{"name": "other", "type": "INT", "value": "1"}]', "MODEL_METHOD": "decide",
}  # fmt: skip


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = Index(tmp_path / "index")
    for version in ("1.0", "2.0"):
        make_wheel(index.folder, "flavour", version)
    yield index
    index.close()


@pytest.fixture
def start(tmp_path: Path, index: Index) -> Iterator[Start]:
    """Start `seldon-core-graph` with the graph of a file in a folder. The builds of a test are its own."""
    servers: list[GraphServer] = []

    def start(file: Path, *arguments: str, **variables: object) -> GraphServer:
        own = {**index.options, "XDG_CACHE_HOME": tmp_path / "cache", **variables}
        servers.append(GraphServer(file, tmp_path / f"scratch-{len(servers)}", *arguments, **own))
        return servers[-1].start()

    yield start
    for server in servers:
        server.stop()


def project(folder: Path, graph: Any = None, **files: str) -> Path:
    """The file of a graph, with one unit `m` of TELLING. files: of the unit's folder, `requirements` is one of them."""
    own = folder / "m"
    own.mkdir(parents=True)
    (own / "Unit.py").write_text(TELLING)
    for name, text in files.items():
        path = own / {"requirements": "requirements.txt", "version": ".python-version", "settings": ".s2i/environment"}[name]
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (folder / "graph.json").write_text(json.dumps(graph or {"name": "m", "type": "MODEL"}))
    return folder / "graph.json"


def told(server: GraphServer, what: str) -> str:
    response = server.ask({"ndarray": [what]})
    assert response.status_code == 200, response.text
    (answer,) = response.json()["data"]["ndarray"]
    return str(answer)


def builds(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "seldon-core-graph").glob("m-*/*/built"))


def test_a_folder_without_requirements_is_served_as_it_is(start: Start, tmp_path: Path) -> None:
    graph = {"name": "m", "type": "MODEL", "parameters": [{"name": "name", "type": "STRING", "value": "given"}]}
    file = project(tmp_path / "project", graph, settings="MODEL_NAME=Unit\nOWN=mine\nMODEL_PROCESS=inline\nPERSISTENCE=1\n")
    server = start(file, **OF_ONE_COMPONENT).wait_until_ready()
    assert told(server, "folder") == str(tmp_path / "project" / "m")
    assert (told(server, "name"), told(server, "OWN"), told(server, "PREDICTIVE_UNIT_ID")) == ("given", "mine", "m")
    assert (told(server, "class"), told(server, "SERVICE_TYPE"), told(server, "MODEL_METHOD")) == ("Unit", "MODEL", "absent")
    assert "unit 'm', PERSISTENCE: expected 0 in a graph, found 1; its state is not kept here" in server.errors
    assert not (tmp_path / "cache").exists()


def test_a_folder_with_requirements_is_built_once_for_each_of_its_states(start: Start, tmp_path: Path, index: Index) -> None:
    file = project(tmp_path / "project", requirements="flavour==1.0\n")
    server = start(file, **OF_ONE_COMPONENT).wait_until_ready()
    assert told(server, "import flavour") == "1.0"
    assert told(server, "folder").startswith(str(tmp_path / "cache"))
    (first,), asked = builds(tmp_path), list(index.asked)
    again = start(file).wait_until_ready()
    assert told(again, "import flavour") == "1.0"
    assert index.asked == asked
    again.stop()
    (tmp_path / "project" / "m" / "requirements.txt").write_text("flavour==2.0\n")
    newer = start(file).wait_until_ready()
    assert told(newer, "import flavour") == "2.0"
    assert first in builds(tmp_path), "it is still served"
    server.stop()
    newer.stop()
    newest = start(file).wait_until_ready()
    assert told(newest, "import flavour") == "2.0"
    assert len(builds(tmp_path)) == 1
    assert first not in builds(tmp_path)


def test_two_starts_at_the_same_time_build_once_and_both_serve(start: Start, tmp_path: Path) -> None:
    file = project(tmp_path / "project", requirements="flavour\n")
    both = [start(file), start(file)]
    assert [told(server.wait_until_ready(), "import flavour") for server in both] == ["2.0", "2.0"]
    assert sum("building unit 'm' of" in server.errors for server in both) == 1


def test_a_build_that_fails_names_the_unit_and_is_made_again(start: Start, tmp_path: Path, index: Index) -> None:
    file = project(tmp_path / "project", requirements="flavour==3.0\n")
    server = start(file)
    assert server.exit_code() == 10
    assert server.errors.splitlines()[-1] == (
        "unit 'm': expected a folder that can be built, found the mistake above; correct it"
    )
    make_wheel(index.folder, "flavour", "3.0")
    assert told(start(file).wait_until_ready(), "import flavour") == "3.0"


def test_units_of_one_graph_run_on_different_pythons(
    start: Start, tmp_path: Path, model_python_of: Callable[[str], str]
) -> None:
    folder = tmp_path / "project"
    graph = {"name": "m", "type": "MODEL"}
    file = project(folder, graph, version=f"{CURRENT}.1\n")
    assert told(start(file).wait_until_ready(), "python") == CURRENT
    for version in ("2.7", "3.6"):
        server = start(file, "--python", f"m={model_python_of(version)}").wait_until_ready()
        assert told(server, "python") == version
        server.stop()


def test_a_python_without_numpy_is_refused_or_gets_it(
    start: Start, tmp_path: Path, index: Index
) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    bare = tmp_path / "bare" / "bin" / "python"
    file = project(tmp_path / "project")
    server = start(file, "--python", f"m={bare}")
    assert server.exit_code() == 10
    assert server.errors == (
        f"unit 'm', --python: expected a Python with numpy, found {bare}; "
        "install numpy for it, or write it into a requirements.txt of the folder\n"
    )
    assert "/simple/numpy/" not in index.asked
    (tmp_path / "project" / "m" / "requirements.txt").touch()
    server = start(file, "--python", f"m={bare}")
    assert server.exit_code() == 10, "this index has no numpy"
    assert "/simple/numpy/" in index.asked
    assert server.errors.splitlines()[-1] == (
        f"unit 'm': expected a Python with numpy, found {bare}; install numpy for it, or choose another one: --python m=PYTHON"
    )


def test_a_cache_that_cannot_be_written_to_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    server = start(project(tmp_path / "project", requirements="flavour\n"), XDG_CACHE_HOME=tmp_path / "file")
    assert server.exit_code() == 10
    assert server.errors.startswith("unit 'm': expected files that can be read, and a cache that can be written to, found ")


def test_sigterm_ends_a_build(start: Start, tmp_path: Path) -> None:
    file = project(tmp_path / "project", requirements="")
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    waiting = f"import os, time\nopen({str(begun)!r}, 'w')\nwhile not os.path.exists({str(ended)!r}):\n    time.sleep(0.01)\n"
    (tmp_path / "project" / "m" / "Unit.py").write_text(waiting + TELLING)
    server = start(file)
    server.wait_until(begun.exists, "the build imported the class")
    assert server.stop() == 0
    assert builds(tmp_path) == []
    ended.touch()
    assert told(start(file).wait_until_ready(), "class") == "Unit"


@pytest.mark.parametrize("version", ["2.7", "3.6"])
def test_an_old_python_has_the_packages_of_its_folder(
    version: str, start: Start, tmp_path: Path, model_python_of: Callable[[str], str]
) -> None:
    file = project(tmp_path / "project", requirements="flavour==1.0\n")
    python = model_python_of(version)
    server = start(file, "--python", f"m={python}").wait_until_ready()
    assert (told(server, "python"), told(server, "import flavour")) == (version, "1.0")
    alone = subprocess.run([python, "-c", "import flavour"], capture_output=True, check=False)
    assert alone.returncode == 1, "the interpreter itself has no more packages than before"


def test_the_variables_of_a_container_reach_its_class(start: Start, tmp_path: Path) -> None:
    container = {"name": "m", "image": "i:1", "env": [{"name": "COLOUR", "value": "red"}, {"name": "HIDDEN", "valueFrom": {}}]}
    of_a_cluster = {"type": "REST", "service_host": "localhost", "service_port": 9000}
    graph = {"name": "m", "type": "MODEL", "endpoint": of_a_cluster}
    predictor = {"name": "main", "graph": graph, "componentSpecs": [{"spec": {"containers": [container]}}]}
    deployment = {
        "apiVersion": "machinelearning.seldon.io/v1", "kind": "SeldonDeployment", "metadata": {"name": "shop"},
        "spec": {"predictors": [predictor], "annotations": {"seldon.io/rest-timeout": "60000"}},
    }  # fmt: skip
    file = project(tmp_path / "project", deployment, settings="COLOUR=blue\n")
    server = start(file).wait_until_ready()
    assert (told(server, "COLOUR"), told(server, "HIDDEN")) == ("red", "absent")
    assert (told(server, "SELDON_DEPLOYMENT_ID"), told(server, "PREDICTOR_ID")) == ("shop", "main")
