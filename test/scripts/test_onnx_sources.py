"""A source that is an ONNX file: what `assemble` refuses, in which words, and what it leaves to be served."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from onnx import helper
from support.onnx_models import MODELS, write
from support.pythons import CURRENT
from support.scripts import Service, script

TO_PYTHON3 = (
    "Export the model again, with opset 10 and operators that nGraph knows, or serve it with ONNX Runtime: the builder "
    "seldon-core-s2i-python3, and onnxruntime in requirements.txt."
)

TO_ANOTHER_OPSET = (
    "Export the model again, with operators and an opset (7 or later) that this version knows, or require a newer onnxruntime."
)
TO_ONNX_RUNTIME = (
    "Export the model again, with operators that OpenVINO knows, or serve it with ONNX Runtime: require onnxruntime."
)


def assemble(source: Path, **given: object) -> subprocess.CompletedProcess[str]:
    return script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=source.parent / "home", **given)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


def one_node(source: Path, operator: str, opset: int = 10, **attributes: Any) -> Path:
    """A model of two nodes, of which the second one is this operator, called `second`."""
    nodes = [
        helper.make_node("Abs", ["x"], ["positive"], "first"),
        helper.make_node(operator, ["positive"], ["y"], "second", **attributes),
    ]
    return write(source / "model.onnx", nodes, {"x": ["N", 3]}, {"y": ["N", 3]}, opset)


def test_a_folder_with_one_file_needs_nothing_else(source: Path, serve: Callable[..., Service]) -> None:
    made = MODELS["digits_dense"](source)
    build = assemble(source)
    assert build.returncode == 0, build.stderr
    assert "Importing digits.onnx in its own Python" in build.stdout
    service = serve(source.parent / "home").wait_until_ready()
    answer = service.predict({"data": {"ndarray": made.rows[:2].tolist()}}).json()
    assert answer["data"]["ndarray"][1] == pytest.approx(made.expected[1].tolist(), abs=1e-5)


def test_the_file_is_served_inline_too(source: Path, serve: Callable[..., Service]) -> None:
    made = MODELS["digits_dense"](source)
    answer = serve(source, MODEL_PROCESS="inline").wait_until_ready().predict({"data": {"ndarray": made.rows[:1].tolist()}})
    assert answer.json()["data"]["ndarray"][0] == pytest.approx(made.expected[0].tolist(), abs=1e-5)


@pytest.mark.parametrize(("name", "exit_code", "words"), [
    ("", 10, "MODEL_NAME: expected one of the model files a.onnx, b.onnx, found nothing; "
              "set it in .s2i/environment, or with s2i build -e MODEL_NAME=a.onnx\n"),
    ("c.onnx", 11, "MODEL_NAME: no file 'c.onnx'. ONNX files found: a.onnx, b.onnx\n"),
])
def test_a_file_that_is_not_named_or_missing_is_told_with_those_there_are(
    name: str, exit_code: int, words: str, source: Path
) -> None:
    for file in ("a.onnx", "b.onnx"):
        (source / file).touch()
    build = assemble(source, MODEL_NAME=name)
    assert (build.returncode, build.stderr[: len(words)]) == (exit_code, words)


def test_without_an_engine_the_build_ends_with_those_that_may_be_required(
    source: Path, model_python_of: Callable[[str], str]
) -> None:
    one_node(source, "Relu")
    build = assemble(source, MODEL_PYTHON=model_python_of(CURRENT))
    assert (build.returncode, build.stderr.splitlines()[0]) == (
        20,
        "model.onnx: an engine for ONNX files is not installed. Installed: none. Add onnxruntime (or openvino) to "
        "requirements.txt, or build with the builder seldon-core-s2i-python3-ngraph-onnx, which has nGraph",
    )


@pytest.mark.parametrize("engine", ["ngraph", "onnxruntime", "openvino"])
@pytest.mark.parametrize("size", [0, 50, 5000], ids="{} bytes".format)
def test_a_broken_file_ends_the_build(engine: str, size: int, source: Path, request: pytest.FixtureRequest) -> None:
    path = MODELS["digits_dense"](source).path
    path.write_bytes(path.read_bytes()[:size])
    python = {"MODEL_PYTHON": request.getfixturevalue("ngraph_python")} if engine == "ngraph" else {}
    build = assemble(source, ONNX_ENGINE=engine, **python)
    assert build.returncode == 21, build.stderr
    assert "digits.onnx: " in build.stderr and " cannot load it: " in build.stderr


@pytest.mark.parametrize(("operator", "opset", "words"), [
    ("NonZero", 10, "nGraph cannot compute node 'second' (NonZero): nGraph does not support the following ONNX operations: NonZero"),
    ("Relu", 13, "node 'first' (Abs) is of opset 13, nGraph knows opsets up to 10."),
    ("Softmax", 11, "node 'second' (Softmax) is of opset 11, nGraph knows opsets up to 10."),
])
def test_what_ngraph_cannot_compute_ends_the_build_with_the_nodes_name_and_what_to_do(
    operator: str, opset: int, words: str, source: Path, ngraph_python: str
) -> None:
    one_node(source, operator, opset)
    build = assemble(source, MODEL_PYTHON=ngraph_python)
    assert build.returncode == 21, build.stderr
    assert f"model.onnx: {words}\n" in build.stderr
    assert TO_PYTHON3 in build.stderr


def test_an_attribute_that_ngraph_ignores_ends_the_build(source: Path, ngraph_python: str) -> None:
    node = helper.make_node("MaxPool", ["x"], ["y"], "pool", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    write(source / "model.onnx", [node], {"x": ["N", 1, 5, 5]}, {"y": ["N", 1, 3, 3]})
    build = assemble(source, MODEL_PYTHON=ngraph_python)
    assert build.returncode == 21, build.stderr
    assert "node 'pool' (MaxPool) has ceil_mode, which nGraph ignores: its results would be wrong.\n" in build.stderr


def test_an_operator_that_a_newer_opset_leaves_as_it_was_is_computed(source: Path, ngraph_python: str) -> None:
    one_node(source, "Relu", 11)
    build = assemble(source, MODEL_PYTHON=ngraph_python)
    assert build.returncode == 0, build.stderr


@pytest.mark.parametrize(("engine", "opset", "words", "advice"), [
    ("onnxruntime", 10, "ONNX Runtime cannot compute node 'second' (Frobnicate): ", TO_ANOTHER_OPSET),
    ("onnxruntime", 999, "ONNX Runtime cannot compute node 'first' (Abs): ", TO_ANOTHER_OPSET),
    ("openvino", 10, "OpenVINO cannot compute node 'second' (Frobnicate): ", TO_ONNX_RUNTIME),
])
def test_what_an_engine_cannot_compute_ends_the_build_with_the_nodes_name_and_what_to_do(
    engine: str, opset: int, words: str, advice: str, source: Path
) -> None:
    one_node(source, "Frobnicate", opset)
    build = assemble(source, ONNX_ENGINE=engine)
    assert build.returncode == 21, build.stderr
    assert f"model.onnx: {words}" in build.stderr
    assert advice in build.stderr


def test_a_class_of_the_users_own_computes_with_ngraph(
    source: Path, ngraph_python: str, serve: Callable[..., Service]
) -> None:
    one_node(source, "Sqrt")
    (source / "MyModel.py").write_text(
        "import ngraph as ng\n"
        "import onnx\n"
        "from ngraph_onnx.onnx_importer.importer import import_onnx_model\n"
        "class MyModel:\n"
        "    def predict(self, X, names):\n"
        "        model = onnx.load('model.onnx')\n"
        "        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = len(X)\n"
        "        return ng.runtime('CPU').computation(import_onnx_model(model))(X.astype('f'))[0]\n"
    )
    build = assemble(source, MODEL_PYTHON=ngraph_python, MODEL_NAME="MyModel")
    assert build.returncode == 0, build.stderr
    service = serve(source, MODEL_PYTHON=ngraph_python, MODEL_NAME="MyModel").wait_until_ready()
    assert service.predict({"data": {"ndarray": [[-4, 9, 1]]}}).json()["data"]["ndarray"] == [[2, 3, 1]]


def test_rows_that_know_of_each_other_are_computed_as_they_are_asked(
    source: Path, ngraph_python: str, serve: Callable[..., Service]
) -> None:
    node = helper.make_node("Softmax", ["x"], ["y"], axis=0)  # over all there is: no row may be added or left out
    write(source / "model.onnx", [node], {"x": ["N", 2]}, {"y": ["N", 2]})
    service = serve(source, MODEL_PYTHON=ngraph_python).wait_until_ready()
    for rows in (1, 3, 5):
        answer = service.predict({"data": {"ndarray": [[1, 1]] * rows}}).json()
        assert answer["data"]["ndarray"][0][0] == pytest.approx(1 / (2 * rows), abs=1e-5)
