"""The Open Inference Protocol at a graph: what units of each place get of its tensors."""

import dataclasses
import textwrap

import pytest
import requests
from seldon_runtime.orchestrator.graph_model import GraphModel
from seldon_runtime.system.timer import Timer
from support.generated_v2 import pb2, pb2_grpc
from support.graph_rows import node
from support.graph_units import Serving, Switch, Units
from support.grpc_client import Client
from support.stub_model import StubModel, settings

CLASS = '''
class Unit:
    """Doubles numbers, and tells as a tag what it got."""

    def __init__(self, name, by_name=False):
        self.name, self.inputs_by_name = name, by_name

    def predict(self, X, names):
        self.seen = " ".join(sorted(X)) if isinstance(X, dict) else "%s %s" % (X.dtype, X.shape)
        return X if isinstance(X, dict) else X * 2

    def transform_output(self, X, names):
        return X

    def route(self, X, names):
        self.seen = " ".join(sorted(X)) if isinstance(X, dict) else "%s %s" % (X.dtype, X.shape)
        return 0

    def tags(self):
        return {self.name: self.seen}
'''


class Graphs:
    def __init__(self, folder):
        (folder / "Unit.py").write_text(textwrap.dedent(CLASS))
        self.units = Units("", folder)
        usual = settings()
        serving = dataclasses.replace(usual.serving, v2_model_names=("*",))
        self.settings = dataclasses.replace(usual, is_graph=True, serving=serving)
        self.switch = Switch(StubModel())
        self.serving = Serving(self.switch, self.settings, "REST", "GRPC")
        self.client = Client(self.serving.ports["GRPC"])

    def serve(self, graph, form):
        self.switch.set(GraphModel(self.units.node(graph, form)[0], self.settings, Timer()))

    def infer(self, *inputs):
        url = f"http://127.0.0.1:{self.serving.ports['REST']}/v2/models/any/infer"
        return requests.post(url, json={"inputs": list(inputs)}, timeout=60)

    def infer_over_grpc(self):
        tensor = pb2.ModelInferRequest.InferInputTensor(name="a", datatype="INT32", shape=[1, 2])
        tensor.contents.int_contents.extend([1, 2])
        request = pb2.ModelInferRequest(model_name="any", inputs=[tensor])
        return pb2_grpc.GRPCInferenceServiceStub(self.client.channel).ModelInfer(request, timeout=60)


@pytest.fixture(scope="module")
def graphs(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODEL_UID", "0")
        made = Graphs(tmp_path_factory.mktemp("arrays"))
        yield made
        made.client.channel.close()
        made.serving.stop()
        made.units.stop()


TENSOR = {"name": "a", "datatype": "INT32", "shape": [1, 2], "data": [1, 2]}
CHAIN = node("MODEL", "m", node("MODEL", "n"))


@pytest.mark.parametrize("form, seen", [("folders", "int32 (1, 2)"), ("http", "int64 (1, 2)"), ("grpc", "float64 (1, 2)")])
def test_one_tensor(form, seen, graphs):
    """In a folder it has its own type; Seldon's JSON has one type of integers, and its protobuf has doubles."""
    graphs.serve(CHAIN, form)
    response = graphs.infer(TENSOR)
    assert response.status_code == 200, response.text
    found = response.json()
    assert (found["outputs"][0]["shape"], found["outputs"][0]["data"]) == ([1, 2], [4, 8])
    assert (found["parameters"]["m"], found["parameters"]["n"]) == (seen, seen)
    over_grpc = graphs.infer_over_grpc()
    assert list(over_grpc.outputs[0].shape) == [1, 2]
    assert over_grpc.parameters["n"].string_param == seen


BY_NAME = node("ROUTER", "r", node("MODEL", "m"))
for unit in (BY_NAME, BY_NAME["children"][0]):
    unit["parameters"].append({"name": "by_name", "type": "BOOL", "value": "true"})


def test_several_tensors_reach_units_in_folders_by_name(graphs):
    graphs.serve(BY_NAME, "folders")
    response = graphs.infer(TENSOR, {**TENSOR, "name": "b"})
    assert response.status_code == 200, response.text
    assert {output["name"]: output["data"] for output in response.json()["outputs"]} == {"a": [1, 2], "b": [1, 2]}
    assert response.json()["parameters"] == {"r": "a b", "m": "a b"}


def test_several_tensors_have_no_form_for_a_unit_behind_an_address(graphs):
    graphs.serve(BY_NAME, "mixed")
    response = graphs.infer(TENSOR, {**TENSOR, "name": "b"})
    assert response.status_code == 400, response.text
    assert response.json()["error"].startswith("unit 'm': inputs: expected one tensor, because this unit is asked in")
