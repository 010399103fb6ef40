"""NVIDIA's own HTTP client against the server, in both process modes and on each Python."""

from typing import Any

import numpy as np
import pytest
import tritonclient.http as triton
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support.contract_servers import COLUMNS
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]
MODES = [(sent, wanted) for sent in (True, False) for wanted in (True, False, None)]
SHAPES = npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)


@pytest.fixture(params=COLUMNS, ids=str)
def client(request, serve):
    connected = triton.InferenceServerClient(serve("Echo", request.param).url.removeprefix("http://"))
    yield connected
    connected.close()


def input_of(array, is_binary=True, name="x"):
    made = triton.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
    made.set_data_from_numpy(array, binary_data=is_binary)
    return made


def echoed(client, array, is_binary=True, wants_binary=True, **more):
    """What the class returned of the array. wants_binary: None: the client says nothing of outputs."""
    outputs = None if wants_binary is None else [triton.InferRequestedOutput("output-0", binary_data=wants_binary)]
    return client.infer("Echo", [input_of(array, is_binary)], outputs=outputs, **more).as_numpy("output-0")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_array_comes_back(client, data):
    sent, wanted = data.draw(st.sampled_from(MODES))
    dtype = data.draw(st.sampled_from([one for one in DTYPES if sent or one != "f2"]))  # that client sends no FP16 in JSON
    finite: dict[str, Any] = {"allow_nan": False, "allow_infinity": False} if dtype.startswith("f") and not (sent and wanted) else {}
    array = data.draw(npst.arrays(dtype, SHAPES, elements=npst.from_dtype(np.dtype(dtype), **finite)))
    found = echoed(client, array, sent, wanted)
    assert found.shape == array.shape
    assert found.dtype == array.dtype or not array.size  # that client makes floats of an empty output
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_large_array_comes_back(client, dtype):
    array = np.arange(400_000).astype(dtype).reshape(4, 100, 1000)
    np.testing.assert_array_equal(echoed(client, array), array, strict=True)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_requests_and_responses_may_be_compressed(client, encoding):
    array = np.arange(10_000, dtype="f4")
    found = echoed(client, array, request_compression_algorithm=encoding, response_compression_algorithm=encoding)
    np.testing.assert_array_equal(found, array, strict=True)


@pytest.mark.parametrize(("elements", "is_binary"), [([b"a", b"\xff\0"], True), ([b"a\0", "é".encode()], True), ([b"a", b"b"], False)])
def test_bytes_come_back(client, elements, is_binary):
    array = np.array(elements, object)
    assert echoed(client, array, is_binary).tolist() == elements


def test_several_inputs_come_back_as_outputs_of_their_names(client):
    inputs = [input_of(np.array([1, 2]), name="a"), input_of(np.array([[b"t"], [b"u"]], object), name="b")]
    found = client.infer("Echo", inputs)
    assert (found.as_numpy("a").tolist(), found.as_numpy("b").tolist()) == ([1, 2], [b"t", b"u"])


def test_the_classification_is_text(client):
    outputs = [triton.InferRequestedOutput("output-0", class_count=1)]
    found = client.infer("Echo", [input_of(np.array([[1.0, 2.0]]))], outputs=outputs)
    assert found.as_numpy("output-0").tolist() == [[b"2.000000:1"]]


def test_the_server_and_the_model_are_ready(client):
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("Echo")
    assert not client.is_model_ready("Other")
    assert client.get_model_metadata("Echo")["name"] == "Echo"
    assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
    assert client.get_model_repository_index()[0]["state"] == "READY"
    client.load_model("Echo")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda client: client.infer("Other", [input_of(np.ones(1))]), "model: expected one of unit, Echo, found 'Other'"),
        (lambda client: client.infer("Echo", [input_of(np.ones(1))], outputs=[triton.InferRequestedOutput("z")]), "outputs[0].name: expected one of output-0, found 'z'"),
        (lambda client: client.unload_model("Echo"), "the model of an image cannot be unloaded"),
        (lambda client: client.get_inference_statistics("Echo"), "no such path: "),
    ],
)
def test_an_error_reaches_the_client_as_its_text(client, call, message):
    with pytest.raises(InferenceServerException) as found:
        call(client)
    assert found.value.message().startswith(message)


@pytest.mark.parametrize("column", COLUMNS[-2:], ids=str)
def test_a_body_that_is_too_large_is_an_error_of_the_protocol(serve, column):
    address = serve("Echo", column, MAX_BODY_BYTES="1000").url.removeprefix("http://")
    with triton.InferenceServerClient(address) as client, pytest.raises(InferenceServerException, match="MAX_BODY_BYTES allows 1000"):
        echoed(client, np.zeros(1000))


def test_a_request_is_answered_under_its_id(client):
    assert client.infer("Echo", [input_of(np.ones(1))], request_id="é").get_response()["id"] == "é"
