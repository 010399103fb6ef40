"""KServe's clients against the server: asserts what they get. Runs in the environment of the clients.

The model returns its input. Usage: kserve_clients.py <port of REST> <port of gRPC> <name of the model>
"""

import asyncio
import sys

import httpx
import numpy as np
from cloudevents.conversion import to_binary, to_structured
from cloudevents.http import CloudEvent, from_http
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig

http_port, grpc_port, model = sys.argv[1:]
url = "http://127.0.0.1:" + http_port
DATATYPES = {
    "BOOL": "bool", "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64", "UINT8": "uint8",
    "UINT16": "uint16", "UINT32": "uint32", "UINT64": "uint64", "FP32": "float32", "FP64": "float64", "BYTES": "object",
}  # fmt: skip
SHAPES = [(3,), (2, 3), (2, 3, 4)]


def requests():
    for datatype, dtype in DATATYPES.items():
        for shape in SHAPES:
            array = (np.arange(np.prod(shape)) % 2).reshape(shape)
            array = array.astype(str).astype(object) if datatype == "BYTES" else array.astype(dtype)
            for binary in (True, False):
                given = InferInput("x", list(shape), datatype)
                given.set_data_from_numpy(array, binary_data=binary)
                yield array, InferRequest(model, [given], request_id="7")


def check(response, array):
    found = response.outputs[0].as_numpy()
    assert (response.model_name, response.id) == (model, "7")
    assert found.shape == array.shape
    if array.dtype == object:
        found = np.array([text if isinstance(text, str) else text.decode() for text in found.ravel()], object)
        found = found.reshape(array.shape)
    else:
        assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


async def fails(call, words):
    try:
        await call
    except Exception as error:
        assert words in str(error), error
        return
    raise AssertionError("no error")


async def v2_over_rest():
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    assert await client.is_server_live(url)
    assert await client.is_server_ready(url)
    assert await client.is_model_ready(url, model)
    for array, request in requests():
        check(await client.infer(url, request, model_name=model), array)
    _, request = next(requests())
    await fails(client.infer(url, request, model_name="nobody"), model)


async def v2_over_grpc():
    async with InferenceGRPCClient("127.0.0.1:" + grpc_port) as client:
        assert await client.is_server_live()
        assert await client.is_server_ready()
        assert await client.is_model_ready(model)
        for array, request in requests():
            check(await client.infer(request), array)
        await fails(client.is_model_ready("nobody"), "NOT_FOUND")


async def v1():
    client = InferenceRESTClient(RESTConfig(protocol="v1"))
    assert await client.is_server_live(url)
    assert await client.is_model_ready(url, model)
    for instances in ([[1, 2], [3, 4]], [[0.5]], ["a", "b"], [[["a"]]]):
        assert await client.infer(url, {"instances": instances}, model_name=model) == {"predictions": instances}
    rows = [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert await client.infer(url, {"instances": rows}, model_name=model) == {"predictions": [[1, 2], [3, 4]]}
    await fails(client.infer(url, {"data": 1}, model_name=model), "expected instances")
    await fails(client.infer(url, {"instances": [1]}, model_name="nobody"), model)
    await fails(client.explain(url, model, {"instances": [1]}), "there is no explainer")


async def cloud_events():
    event = CloudEvent({"type": "mine", "source": "me"}, {"instances": [[1, 2]]})
    async with httpx.AsyncClient() as client:
        for form in (to_binary, to_structured):
            headers, body = form(event)
            response = await client.post(f"{url}/v1/models/{model}:predict", content=body, headers=headers)
            found = from_http(response.headers, response.content)
            assert (found["type"], found["source"]) == ("io.kserve.inference.response", "io.kserve.inference." + model)
            assert found["id"] != event["id"]
            assert found.data == {"predictions": [[1, 2]]}


for part in (v2_over_rest, v2_over_grpc, v1, cloud_events):
    asyncio.run(part())
print("complete")
