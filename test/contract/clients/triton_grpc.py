"""tritonclient.grpc against the server on the port given: asserts what it gets. Runs in the environment of the clients.

The model returns its input. Usage: triton_grpc.py <port> <name of the model>
"""

import sys

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

port, model = sys.argv[1:]
client = triton.InferenceServerClient("127.0.0.1:" + port)
DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()
SHAPES = [(), (1,), (3,), (2, 3), (2, 3, 4), (2, 1, 3, 2), (0, 3), (2, 0, 1, 3)]


def infer(array, datatype=None, **options):
    given = triton.InferInput("x", list(array.shape), datatype or np_to_triton_dtype(array.dtype))
    given.set_data_from_numpy(array)
    return client.infer(model, [given], **options)


def check_echo(array, **options):
    result = infer(array, **options)
    found = result.as_numpy("output-0")
    assert found.shape == array.shape, (found.shape, array.shape)
    if array.dtype != object:
        assert found.dtype == array.dtype, (found.dtype, array.dtype)
    np.testing.assert_array_equal(found, array)
    return result


def fails_with(code, call):
    try:
        call()
    except InferenceServerException as error:
        assert error.status() == "StatusCode." + code, (error.status(), error.message())
        return error.message()
    raise AssertionError("no error")


assert client.is_server_live()
assert client.is_server_ready()
assert client.is_model_ready(model)
fails_with("NOT_FOUND", lambda: client.is_model_ready("nobody"))
assert client.get_server_metadata().name == "seldon-core-microservice"
assert client.get_model_metadata(model).name == model
assert client.get_model_repository_index().models[0].state == "READY"
client.load_model(model)
fails_with("UNIMPLEMENTED", lambda: client.unload_model(model))
fails_with("UNIMPLEMENTED", lambda: client.get_model_config(model))

for dtype in DTYPES:
    for shape in SHAPES:
        check_echo((np.arange(np.prod(shape)) % 3).reshape(shape).astype(dtype))
for dtype in ("float16", "float32", "float64"):
    check_echo(np.array([[np.nan, np.inf, -np.inf, -0.0]], dtype))
for dtype in ("int64", "uint64", "int8"):
    check_echo(np.array([np.iinfo(dtype).min, np.iinfo(dtype).max], dtype))
check_echo(np.array([[b"a", "é".encode(), b""], [b"b\0", b"c", b"d"]], object))
check_echo(np.array([b"\xff\xfe", b"a"], object))

large = np.random.default_rng(0).random((1000, 1000), np.float32)
for compression in (None, "gzip", "deflate"):
    check_echo(large, compression_algorithm=compression)
assert check_echo(np.ones((1, 2), np.float32), request_id="7").get_response().id == "7"
wanted = [triton.InferRequestedOutput("output-0")]
check_echo(np.ones((1, 2), np.float32), outputs=wanted, priority=3, timeout=1000000, sequence_id=5, sequence_start=True)
top = [triton.InferRequestedOutput("output-0", class_count=1)]
assert infer(np.array([[0.25, 0.75]], np.float32), outputs=top).as_numpy("output-0").tolist() == [[b"0.750000:1"]]

columns = []
for name, array in (("a", np.array([1, 2], np.int64)), ("b", np.array([3, 4], np.int64))):
    columns.append(triton.InferInput(name, [2], "INT64"))
    columns[-1].set_data_from_numpy(array)
assert client.infer(model, columns).as_numpy("output-0").tolist() == [[1, 3], [2, 4]]

text = fails_with("INVALID_ARGUMENT", lambda: infer(np.ones(2, np.float32), outputs=[triton.InferRequestedOutput("y")]))
assert "output-0" in text, text
text = fails_with("NOT_FOUND", lambda: client.infer("nobody", columns))
assert model in text, text
print("complete")
