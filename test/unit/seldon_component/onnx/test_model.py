"""seldon_component.onnx.model: a file as a class, on each engine that current Python has."""

import numpy as np
import pytest
from onnx import TensorProto, helper
from seldon_component.component import Component
from seldon_component.errors import ModelNotFound
from seldon_component.onnx import model
from seldon_component.payload import Payload
from support.onnx_models import MODELS, write

ENGINES = ["onnxruntime", "openvino"]


@pytest.fixture(params=ENGINES)
def load(request, tmp_path):
    return lambda name: model.class_of(name, str(tmp_path), request.param, 1)()


def one_node(folder, name, inputs, outputs, dtype=TensorProto.FLOAT, **attributes):
    node = helper.make_node(name, list(inputs), list(outputs), **attributes)
    return write(folder / "m.onnx", [node], inputs, outputs, dtype=dtype)


def test_the_class_is_named_after_the_file(load, tmp_path):
    MODELS["digits_dense"](tmp_path)
    assert type(load("digits.onnx")).__name__ == "digits"


def test_an_error_for_a_missing_file_lists_the_files_found(tmp_path):
    for name in ("b.onnx", "a.onnx", "MyModel.py"):
        (tmp_path / name).touch()
    with pytest.raises(ModelNotFound) as raised:
        model.class_of("c.onnx", str(tmp_path), None, 1)
    assert str(raised.value) == "MODEL_NAME: no file 'c.onnx'. ONNX files found: a.onnx, b.onnx"


def test_the_metadata_are_the_files(load, tmp_path):
    one_node(tmp_path, "Concat", {"a": ["N", 2], "b": ["N", 3]}, {"both": ["N", 5]}, axis=1)
    said = load("m.onnx").init_metadata()
    assert said["name"] == "m" and said["platform"] == "onnx" and said["custom"]["engine"].split()[-1][0].isdigit()
    assert said["inputs"] == [{"name": "a", "datatype": "FP32", "shape": [-1, 2]},
                              {"name": "b", "datatype": "FP32", "shape": [-1, 3]}]
    assert said["outputs"] == [{"name": "both", "datatype": "FP32", "shape": [-1, 5]}]


@pytest.mark.parametrize(("outputs", "shape", "names"), [
    ({"y": ["N", 3]}, (2, 3), ["y:0", "y:1", "y:2"]),
    ({"y": ["N", 1]}, (2, 1), ["y"]),
    ({"y": ["N"]}, (2,), ["y"]),
    ({"y": ["N", 2, 2]}, (2, 2, 2), ["y"]),
])
def test_the_names_of_a_response_are_the_outputs(outputs, shape, names, load, tmp_path):
    one_node(tmp_path, "Abs", {"x": outputs["y"]}, outputs)
    response = Component(load("m.onnx"), "MODEL", "unit").call("predict", Payload("ndarray", -np.ones(shape)))
    assert (response.kind, response.names, response.data.tolist()) == ("ndarray", names, np.ones(shape).tolist())


def test_several_inputs_of_v2_are_those_of_the_file(load, tmp_path):
    one_node(tmp_path, "Concat", {"a": ["N", 2], "b": ["N", 3]}, {"both": ["N", 5]}, axis=1)
    component = Component(load("m.onnx"), "MODEL", "unit")
    assert component.describe()["inputs_by_name"] is True
    sent = (np.zeros((1, 2), "f4"), np.ones((1, 3), "f4"))
    response = component.call("predict", Payload("v2tensors", sent, ["a", "b"]))
    assert (response.data.dtype.name, response.data.tolist()) == ("float32", [[0, 0, 1, 1, 1]])


def test_a_file_with_one_input_takes_an_array(load, tmp_path):
    one_node(tmp_path, "Abs", {"x": ["N", 2]}, {"y": ["N", 2]})
    assert Component(load("m.onnx"), "MODEL", "unit").describe()["inputs_by_name"] is False


def test_several_outputs_are_a_json_object(load, tmp_path):
    one_node(tmp_path, "Split", {"x": ["N", 4]}, {"left": ["N", 2], "right": ["N", 2]}, axis=1)
    response = Component(load("m.onnx"), "MODEL", "unit").call("predict", Payload("ndarray", np.array([[1, 2, 3, 4]])))
    assert (response.kind, response.data) == ("jsonData", {"left": [[1.0, 2.0]], "right": [[3.0, 4.0]]})


def test_integers_arrive_as_the_models_own(load, tmp_path):
    one_node(tmp_path, "Abs", {"x": ["N"]}, {"y": ["N"]}, dtype=TensorProto.INT32)
    assert load("m.onnx").predict(np.array([-1.0, 2.0]), []).tolist() == [1, 2]


def test_a_later_response_does_not_change_an_earlier_one(load, tmp_path):
    one_node(tmp_path, "Abs", {"x": ["N"]}, {"y": ["N"]})
    abs_of = load("m.onnx")
    first = abs_of.predict(np.array([-1.0]), [])
    abs_of.predict(np.array([-2.0]), [])
    assert first.tolist() == [1]
