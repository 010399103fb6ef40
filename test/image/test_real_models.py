"""Models as people have them: built by s2i, what they answer over HTTP is what their class says when it is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.images import APPS, EXAMPLES, Builder, Container

pytestmark = pytest.mark.docker
Start = Callable[..., Container]

# folder -> rows to ask about
ROWS: dict[Path, list[list[float]]] = {
    APPS / "template": [[1, 2], [3, 4]],
    APPS / "sklearn": [[(row * column) % 17 for column in range(64)] for row in range(1, 6)],
    APPS / "setup-py": [[54.5, 2], [120, 5], [3, 1]],
    APPS / "pyproject": [[1, 0, 7], [36, 2, 7], [11.5, 9, 7]],
    APPS / "data-and-package": [[52.5, 13.37], [52.1, 14.0]],
    APPS / "dotted": [[0.2, 0.9, 0.4], [0.3, 0.1, 0.2]],
}
# the rows' own JSON in argv -> JSON of what the class says of them
CALL_DIRECTLY = """
import importlib, json, os, sys
import numpy as np
module, _, name = os.environ["MODEL_NAME"].rpartition(".")
model = getattr(importlib.import_module(module or name), name)()
if hasattr(model, "load"):
    model.load()
values = model.predict(np.array(json.loads(sys.argv[1])), [])
names = getattr(model, "class_names", None)
print(json.dumps({"values": values.tolist(), "names": names() if callable(names) else names}))
"""


@pytest.mark.parametrize("folder", ROWS, ids=lambda folder: folder.name)
def test_an_answer_over_http_is_what_the_class_says_when_it_is_called_directly(
    folder: Path, builder: Builder, start: Start
) -> None:
    image, rows = builder.build(folder), ROWS[folder]
    said = json.loads(builder.run(image, "python", "-c", CALL_DIRECTLY, json.dumps(rows)))
    container = start(image).wait_until_ready()
    answer = container.predict({"data": {"ndarray": rows}}).json()
    assert answer["data"]["ndarray"] == said["values"]
    assert said["names"] is None or answer["data"]["names"] == said["names"]
    flat = {"shape": [len(rows), len(rows[0])], "values": [value for row in rows for value in row]}
    answer = container.predict({"data": {"tensor": flat}}).json()
    assert answer["data"]["tensor"]["values"] == flattened(said["values"])


def test_a_lock_is_installed_by_its_own_tool_whatever_python_the_model_has(builder: Builder, start: Start) -> None:
    is_old = builder.python in ("2.7", "3.6")  # uv makes no locks for these
    container = start(builder.build(APPS / ("pipfile-lock" if is_old else "uv-lock"))).wait_until_ready()
    answer = container.predict({"data": {"ndarray": [["3 May 2024", "1999-12-31"]]}}).json()
    assert answer["data"]["ndarray"] == [[2024, 1999]]
    pins = container.execute("cat", "/opt/model/share/seldon/requirements.txt")
    assert "six==1.17.0" in pins
    assert "iniconfig" not in pins


def flattened(values: list[Any]) -> list[Any]:
    return sum(map(flattened, values), []) if isinstance(values, list) else [values]


@pytest.mark.parametrize("name", ["sklearn", "setup-py", "data-and-package"])
def test_what_is_served_is_the_source_and_nothing_that_the_build_left_behind(name: str, builder: Builder) -> None:
    files = builder.run(builder.build(APPS / name), "find", ".", "-type", "f", "-not", "-name", "*.pyc")
    source = [path for path in (APPS / name).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert sorted(files.splitlines()) == sorted(f"./{path.relative_to(APPS / name)}" for path in source)


def test_s2is_own_copy_of_the_source_does_not_stay_in_the_image(builder: Builder) -> None:
    assert builder.run(builder.build(APPS / "setup-py"), "find", "/tmp", "-mindepth", "1", "-type", "f") == ""


def test_one_installer_installs_the_requirements_and_the_sources_own_package(builder: Builder) -> None:
    image = builder.build(APPS / "setup-py")
    installers = builder.run(image, "sh", "-c", "grep -h . $(find /opt/model -path '*.dist-info/INSTALLER')")
    assert set(installers.split()) == {"uv" if builder.python not in ("2.7", "3.6", "3.7") else "pip"}


def test_a_helper_keeps_its_run_bit(builder: Builder) -> None:
    assert builder.run(builder.build(APPS / "data-and-package"), "bin/minutes-per-km") == "1.25"


def test_what_the_build_wrote_is_group_0s_with_the_owners_rights(builder: Builder) -> None:
    image = builder.build(APPS / "setup-py")
    others = r"! -group 0 -o -perm -u=w ! -perm -g=w -o -perm -u=r ! -perm -g=r"
    find_others = rf"find /microservice /opt/model ! -type l \( {others} \)"
    assert builder.run(image, "sh", "-c", find_others) == ""


FLOWERS = {"data": {"names": ["a", "b", "c", "d"], "ndarray": [[5.8, 3.1, 3.8, 1.2], [6.6, 3.1, 3.8, 1.2]]}}
# template -> the path of its main method, a message, and what its answer has to be
TEMPLATES: dict[str, tuple[str, object, Callable[[Any], object]]] = {
    "model-template": ("/predict", FLOWERS, lambda answer: answer["data"]["ndarray"][0] == [11.6, 6.2, 7.6, 2.4]),
    "router-template": ("/route", FLOWERS, lambda answer: answer["data"]["ndarray"] in ([[0]], [[1]])),
    "transformer-template": ("/transform-input", FLOWERS, lambda answer: answer["data"]["ndarray"][0] == [0, 0, 0, 0]),
    "combiner-template": (
        "/aggregate",
        {"seldonMessages": [FLOWERS, FLOWERS]},
        lambda answer: answer["data"]["ndarray"] == FLOWERS["data"]["ndarray"],
    ),
    "outlier-detector-template": (
        "/transform-input",
        FLOWERS,
        lambda answer: answer["data"] == FLOWERS["data"] and len(answer["meta"]["tags"]["outlierScore"]) == 2,
    ),
}


def test_the_table_has_every_template() -> None:
    assert TEMPLATES.keys() == {path.name for path in EXAMPLES.iterdir() if path.name.endswith("-template")}


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_built_and_answers(name: str, builder: Builder, start: Start) -> None:
    path, message, is_right = TEMPLATES[name]
    answer = start(builder.build(EXAMPLES / name)).wait_until_ready().post(path, message)
    assert answer.status_code == 200
    assert is_right(answer.json()), answer.text
