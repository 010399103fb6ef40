"""seldon_component.onnx.nodes: which node of a file an engine cannot compute, by loading prefixes of the graph."""

import tempfile

import numpy as np
import onnx
import pytest
from onnx import helper
from seldon_component.errors import OnnxNotLoaded
from seldon_component.onnx import engine_onnxruntime, engine_openvino, engines, nodes
from support.onnx_models import MODELS, write

ENGINES = [engine_onnxruntime, engine_openvino]


def chain(folder, operators, named=True):
    """A model that applies these operators one after the other, called n0, n1, ... where they are named."""
    made = [helper.make_node(operator, ["t%d" % i], ["t%d" % (i + 1)], "n%d" % i if named else None)
            for i, operator in enumerate(operators)]
    return str(write(folder / "m.onnx", made, {"t0": ["N", 2]}, {"t%d" % len(operators): ["N", 2]}))


def refusing(*operators):
    """An engine's load that refuses these operators, in its own words."""
    def load(path):
        for node in onnx.load(path).graph.node:
            if node.op_type in operators:
                raise RuntimeError("%s: who is %s?" % (path, node.op_type))
    return load


@pytest.mark.parametrize("place", range(6))
def test_an_error_names_the_first_refused_node_and_the_engines_error(place, tmp_path):
    operators = ["Abs"] * 6 + ["Unreached"]
    operators[place] = "Odd"
    path = chain(tmp_path, operators)
    assert nodes.first_that_fails(path, refusing("Odd", "Unreached")) == ("'n%d' (Odd)" % place, path + ": who is Odd?")


def test_a_node_without_a_name_is_named_after_its_output(tmp_path):
    path = chain(tmp_path, ["Abs", "Odd"], named=False)
    assert nodes.first_that_fails(path, refusing("Odd"))[0] == "'t2' (Odd)"


def test_no_node_is_named_if_none_is_at_fault(tmp_path):
    assert nodes.first_that_fails(chain(tmp_path, ["Abs", "Neg"]), refusing("Odd")) == ("", "")


def test_nothing_is_left_beside_the_file(tmp_path):
    nodes.first_that_fails(chain(tmp_path, ["Abs", "Odd"]), refusing("Odd"))
    assert [file.name for file in tmp_path.iterdir()] == ["m.onnx"]


@pytest.mark.parametrize("content", [b"\xff", b"broken", b"\x3a\x10only", b"\x0b"])
def test_a_file_that_is_not_onnx_is_refused(content, tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a protobuf message: "):
        nodes.Nodes(str(path))


@pytest.fixture(scope="module", params=["digits_dense", "digits_convolutional", "wine_two_inputs"])
def real(request, tmp_path_factory):
    """Path of a real model."""
    return str(MODELS[request.param](tmp_path_factory.mktemp("real")).path)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_prefix_of_a_model_is_a_model(engine, real, tmp_path):
    found = nodes.Nodes(real)
    for count in range(1, len(found) + 1):
        part = tmp_path / "part.onnx"
        part.write_bytes(found.prefix(count))
        assert len(onnx.load(str(part)).graph.node) == count
        assert engine.Session(str(part), 1).outputs[0].name == onnx.load(real).graph.node[count - 1].output[0]


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_constants_in_a_file_of_their_own_are_found(engine, tmp_path):
    made = [helper.make_node("MatMul", ["x", "w"], ["p"], "first"), helper.make_node("Odd", ["p"], ["y"], "second")]
    path = write(tmp_path / "m.onnx", made, {"x": ["N", 50]}, {"y": ["N", 50]}, w=np.ones((50, 50), np.float32))
    onnx.save(onnx.load(str(path)), str(path), save_as_external_data=True, location="weights", size_threshold=0)
    with pytest.raises(OnnxNotLoaded, match="m.onnx: .* cannot compute node 'second' .Odd.: "):
        engines.load(str(path), "m.onnx", engine, 1)


def test_in_a_read_only_folder_the_engines_own_error_is_used(tmp_path, monkeypatch):
    path = chain(tmp_path, ["Abs", "Odd"])

    def refuse(**_):
        raise OSError("read-only")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    with pytest.raises(OnnxNotLoaded, match="m.onnx: ONNX Runtime cannot load it: .*Odd"):
        engines.load(path, "m.onnx", "onnxruntime", 1)
