"""seldon_runtime.v2.from_payload: what a client gets of what the class returned."""

import numpy as np
import pytest
from seldon_component.errors import BadPayload, CallError, ModelError
from seldon_component.payload import V2TENSOR, V2TENSORS, Payload
from seldon_runtime.v2.from_payload import to_response
from seldon_runtime.v2.messages import InferRequest, RequestedOutput


def response(payload, *requested, names=()):
    wishes = [wish if isinstance(wish, RequestedOutput) else RequestedOutput(wish) for wish in requested]
    return to_response(payload, InferRequest("m", [], "1", outputs=wishes), names, "y", "p")


def outputs(payload, *requested, names=()):
    found = response(payload, *requested, names=names).outputs
    return [(one.name, one.datatype, list(one.shape), one.data.tolist()) for one in found]


def objects(rows):
    return Payload(V2TENSOR, np.array(rows, object))


@pytest.mark.parametrize(
    ("dtype", "datatype"),
    [("?", "BOOL"), ("u1", "UINT8"), ("u2", "UINT16"), ("u4", "UINT32"), ("u8", "UINT64"), ("i1", "INT8"), ("i2", "INT16"),
     ("i4", "INT32"), ("i8", "INT64"), ("f2", "FP16"), ("f4", "FP32"), ("f8", "FP64")],
)
@pytest.mark.parametrize("kind", [V2TENSOR, "ndarray"])
def test_an_array_is_one_output_of_its_dtype(kind, dtype, datatype):
    array = np.ones((2, 1, 1), dtype)
    found = response(Payload(kind, array)).outputs[0]
    assert (found.name, found.datatype, found.shape, found.data) == ("y", datatype, (2, 1, 1), array)


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (Payload("strData", "t"), [("y", "BYTES", [1], ["t"])]),
        (Payload("binData", b"\xff"), [("y", "BYTES", [1], [b"\xff"])]),
        (Payload("jsonData", {"a": [1, None]}), [("y", "BYTES", [1], ['{"a":[1,null]}'])]),
        (Payload("ndarray", np.array(["a", "b"])), [("y", "BYTES", [2], ["a", "b"])]),
        (objects(["a\0", b"\xff"]), [("y", "BYTES", [2], ["a\0", b"\xff"])]),
        (objects([1, 2**63]), [("y", "UINT64", [2], [1, 2**63])]),
        (objects([1, -1]), [("y", "INT64", [2], [1, -1])]),
        (objects([True, False]), [("y", "BOOL", [2], [True, False])]),
        (objects(["a", 1, None]), [("y", "BYTES", [3], ["a", "1", "null"])]),
        (Payload(), []),
        (
            Payload(V2TENSORS, (np.array([1], "i2"), np.array([[0.5]], "f4")), ["a", "b"]),
            [("a", "INT16", [1], [1]), ("b", "FP32", [1, 1], [[0.5]])],
        ),
        (objects([["a", 1], ["b", 2]]), [("output-0", "BYTES", [2], ["a", "b"]), ("output-1", "INT64", [2], [1, 2])]),
    ],
)
def test_each_kind_has_its_outputs(payload, found):
    assert outputs(payload) == found


def test_null_among_numbers_is_nan():
    found = response(objects([1, None])).outputs[0]
    assert (found.datatype, np.isnan(found.data).tolist()) == ("FP64", [False, True])


def test_columns_of_mixed_objects_have_the_names_of_the_class_else_those_of_the_request():
    rows = [["a", 1]]
    assert [one[0] for one in outputs(objects(rows), names=["p", "q"])] == ["p", "q"]
    assert [one[0] for one in outputs(objects(rows), names=["p"])] == ["output-0", "output-1"]
    own = Payload(V2TENSOR, np.array(rows, object), ["r", "s"])
    assert [one[0] for one in outputs(own, names=["p", "q"])] == ["r", "s"]


def test_class_names_are_a_parameter_of_the_output():
    assert response(Payload(V2TENSOR, np.ones((1, 2)), ["é", "n"])).outputs[0].parameters == {"names": '["é","n"]'}
    assert response(Payload(V2TENSOR, np.ones((1, 2)))).outputs[0].parameters == {}


def test_tags_are_the_parameters():
    found = response(Payload("strData", "", meta={"tags": {"a": 1, "b": "t", "c": True, "d": 0.5, "e": [1], "f": None}}))
    assert found.parameters == {"a": 1, "b": "t", "c": True, "d": 0.5, "e": "[1]", "f": "null"}
    assert (found.model_name, found.model_version, found.id) == ("m", "1", "p")


def test_a_client_gets_the_outputs_that_it_wants_in_its_order():
    payload = Payload(V2TENSORS, (np.ones(1), np.zeros(1)), ["a", "b"])
    assert [one[0] for one in outputs(payload, "b", "a")] == ["b", "a"]
    with pytest.raises(BadPayload, match=r"^outputs\[1\].name: expected one of a, b, found 'c'$"):
        outputs(payload, "a", "c")


@pytest.mark.parametrize(
    ("data", "names", "most", "shape", "elements"),
    [
        ([[0.25, 0.75, 0.5]], ["a", "b", "c"], 2, [1, 2], [["0.750000:1:b", "0.500000:2:c"]]),
        ([3, 5], [], 9, [2], ["5.000000:1", "3.000000:0"]),
    ],
)
def test_classification_is_the_highest_values_as_text(data, names, most, shape, elements):
    wish = RequestedOutput("y", {"classification": most})
    assert outputs(Payload(V2TENSOR, np.array(data), names), wish) == [("y", "BYTES", shape, elements)]


@pytest.mark.parametrize(
    ("payload", "most"), [(Payload("strData", "t"), 1), (Payload(V2TENSOR, np.ones((1, 1, 1))), 1), (Payload(V2TENSOR, np.ones(2)), 0), (Payload(V2TENSOR, np.ones(2)), True)]
)
def test_a_classification_that_is_not_possible_is_refused(payload, most):
    with pytest.raises(BadPayload, match="^output 'y': classification: expected "):
        outputs(payload, RequestedOutput("y", {"classification": most}))


def test_a_status_of_a_message_hook_is_an_error():
    with pytest.raises(CallError, match="^too many$") as found:
        response(Payload(status={"code": 429, "info": "too many"}))
    assert found.value.status_code == 429
    assert outputs(Payload("strData", "t", status={"code": 200})) == [("y", "BYTES", [1], ["t"])]


def test_complex_numbers_are_an_error():
    with pytest.raises(ModelError, match=r"^output 'y': expected numbers, text or bytes, found dtype complex128; convert it$"):
        outputs(Payload(V2TENSOR, np.ones(1, complex)))
