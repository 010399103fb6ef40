"""seldon_runtime.v2.to_payload: what the class gets of a request."""

import numpy as np
import pytest
from seldon_component.errors import BadPayload
from seldon_component.payload import V2TENSOR, V2TENSORS
from seldon_runtime.v2.messages import InferRequest, Tensor
from seldon_runtime.v2.to_payload import to_payload


def tensor(name, data, datatype="FP64", **parameters):
    array = data if isinstance(data, np.ndarray) else np.array(data, object if datatype == "BYTES" else None)
    return Tensor(name, datatype, array.shape, array, parameters)


def payload(*inputs, puid="", **more):
    return to_payload(InferRequest("m", [*inputs], **more), puid)


@pytest.mark.parametrize("dtype", ["?", "i1", "u8", "i8", "f2", "f4", "f8"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 1), (2, 3), (1, 2, 2)])
def test_one_input_is_the_array_itself(dtype, shape):
    array = np.ones(shape, dtype)
    found = payload(tensor("x", array))
    assert found.data is array
    assert (found.kind, list(found.names)) == (V2TENSOR, ["x"] if array.ndim == 1 or shape[1:] == (1,) else [])


@pytest.mark.parametrize(
    ("inputs", "names", "rows", "dtype"),
    [
        ([tensor("a", np.array([1, 2], "i4")), tensor("b", np.array([[3], [4]], "i4"))], ["a", "b"], [[1, 3], [2, 4]], "int32"),
        ([tensor("a", np.array([1, 2], "i2")), tensor("b", np.array([0.5, 1], "f4"))], ["a", "b"], [[1, 0.5], [2, 1]], "float32"),
        ([tensor("a", [[1, 2]]), tensor("b", [[3, 4]])], ["a:0", "a:1", "b:0", "b:1"], [[1, 2, 3, 4]], "int64"),
        ([tensor("a", [2**53 + 1]), tensor("b", [0.5])], ["a", "b"], [[2**53 + 1, 0.5]], "object"),
        ([tensor("a", [True]), tensor("b", [2])], ["a", "b"], [[True, 2]], "object"),
        ([tensor("a", ["t", "é"], "BYTES"), tensor("b", [1, 2])], ["a", "b"], [["t", 1], ["é", 2]], "object"),
        ([tensor("a", np.empty(0)), tensor("b", np.empty((0, 2)))], ["a", "b:0", "b:1"], [], "float64"),
    ],
)
def test_several_inputs_are_columns(inputs, names, rows, dtype):
    found = payload(*inputs)
    assert (list(found.names), found.data.tolist(), found.data.dtype.name) == (names, rows, dtype)
    assert found.data.shape == (len(rows), len(names))


@pytest.mark.parametrize("other", [np.ones(3), np.ones((2, 1, 1)), np.ones(())])
def test_inputs_of_other_rows_are_refused(other):
    with pytest.raises(BadPayload, match=r"^inputs: expected one input, or several .*, found 'a' \[2\], 'b' \["):
        payload(tensor("a", np.ones(2)), tensor("b", other))


@pytest.mark.parametrize(
    ("content_type", "elements", "found"),
    [
        (None, ["a", b"\xc3\xa9"], ["a", "é"]),
        (None, [b"a", b"\xff"], [b"a", b"\xff"]),
        ("str", [b"a\0"], ["a\0"]),
        ("datetime", [b"2020-01-02"], ["2020-01-02"]),
        ("base64", ["/w==", b"YQ=="], [b"\xff", b"a"]),
        ("np", [b"a"], ["a"]),
        (5, [b"a"], ["a"]),
    ],
)
@pytest.mark.parametrize("of_request", [True, False])
def test_bytes_are_text_if_they_can_be_or_what_the_content_type_says(content_type, elements, found, of_request):
    parameters = {} if content_type is None else {"content_type": content_type}
    sent = tensor("x", elements, "BYTES", **({} if of_request else parameters))
    data = payload(sent, parameters=parameters if of_request else {}).data
    assert (data.dtype, data.tolist()) == (object, found)


@pytest.mark.parametrize(
    ("content_type", "element", "words"), [("str", b"\xff", "text in UTF-8"), ("base64", "?", "base64 text")]
)
def test_bytes_that_are_not_what_the_content_type_says_are_refused(content_type, element, words):
    with pytest.raises(BadPayload, match=rf"^input 'x': data\[1\]: expected {words}, found "):
        payload(tensor("x", ["YQ==", element], "BYTES", content_type=content_type))


def test_a_class_may_take_its_inputs_by_name():
    inputs = [tensor("a", np.ones((1, 2, 2), "f2")), tensor("b", ["t"], "BYTES")]
    found = to_payload(InferRequest("m", inputs), "", by_name=True)
    assert (found.kind, found.names) == (V2TENSORS, ["a", "b"])
    assert [(one.dtype.name, one.shape) for one in found.data] == [("float16", (1, 2, 2)), ("object", (1,))]


def test_the_meta_has_the_id_and_the_parameters_that_mean_something_to_the_class():
    parameters = {"a": 1, "b": "t", "c": True, "d": {}, "priority": 5, "triton_x": 1, "binary_data_output": True, "headers": {}}
    assert payload(tensor("x", [1]), id="i", puid="p", parameters=parameters).meta == {
        "puid": "i",
        "parameters": {"a": 1, "b": "t", "c": True},
    }
    assert payload(tensor("x", [1]), puid="p").meta == {"puid": "p"}
