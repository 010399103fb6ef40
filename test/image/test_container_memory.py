"""A container of 512 MiB outlives every message that is not larger than its limits, one by one and several at once."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import docker
import grpc
import pytest
import requests
from google.protobuf import struct_pb2
from seldon_runtime.codec.proto_fields import field
from support.generated import pb2
from support.images import Builder, Container, source_of

pytestmark = pytest.mark.docker

MEMORY = 512 * 2**20
LARGEST = MEMORY // 16  # bytes of a body
LARGEST_MESSAGE = MEMORY // 64  # bytes over gRPC
AT_ONCE = 8
AT_ONCE_OVER_GRPC = 20
JSON_DATA, DATA = 0x32, 0x1A  # the first byte of these fields of a SeldonMessage
LIST_VALUE = 0x32  # of a Value
ROW = b"[" + b",".join([b"0.125"] * 1000) + b"]"


def json_list(element: bytes, size: int = LARGEST - 100) -> bytes:
    return b"[" + b",".join([element] * (size // (len(element) + 1) - 1)) + b"]"


def proto_list(value: struct_pb2.Value) -> bytes:
    """A message with jsonData: a list of this value."""
    one: bytes = struct_pb2.ListValue(values=[value]).SerializeToString()
    values = field(LIST_VALUE, one * ((LARGEST_MESSAGE - 100) // len(one)))
    return field(JSON_DATA, values)


REST: dict[str, Callable[[], bytes]] = {
    "numbers": lambda: b'{"data":{"ndarray":' + json_list(ROW) + b"}}",
    "one row": lambda: b'{"data":{"ndarray":[' + json_list(b"1") + b"]}}",
    "rows of one number": lambda: b'{"data":{"ndarray":' + json_list(b"[1]") + b"}}",
    "texts": lambda: b'{"data":{"ndarray":' + json_list(b'"ab"') + b"}}",
    "names": lambda: b'{"data":{"ndarray":[1],"names":' + json_list(b'"ab"') + b"}}",
    "objects": lambda: b'{"jsonData":' + json_list(b"{}") + b"}",
    "lists": lambda: b'{"jsonData":' + json_list(b"[]") + b"}",
    "objects with a key": lambda: b'{"jsonData":' + json_list(b'{"a":1}') + b"}",
    "numbers of jsonData": lambda: b'{"jsonData":' + json_list(b"1.5") + b"}",
    "text": lambda: b'{"strData":"' + b"x" * (LARGEST - 100) + b'"}',
    "bytes": lambda: b'{"binData":"' + b"AAAA" * (LARGEST // 4 - 100) + b'"}',
    "a shape": lambda: b'{"data":{"tensor":{"shape":[0,2147483647],"values":[]}}}',
    "a fill": lambda: b'{"data":{"tftensor":{"dtype":"DT_DOUBLE","tensorShape":{"dim":[{"size":"134217728"}]},"doubleVal":[1]}}}',
    "messages": lambda: b'{"data":{"ndarray":[' + json_list(b"null") + b"]}}",
}
GRPC: dict[str, Callable[[], bytes]] = {
    "objects": lambda: proto_list(struct_pb2.Value(struct_value=struct_pb2.Struct())),
    "flags": lambda: proto_list(struct_pb2.Value(bool_value=True)),
    "numbers": lambda: proto_list(struct_pb2.Value(number_value=0.5)),
    "texts": lambda: proto_list(struct_pb2.Value(string_value="ab")),
    "tensor": lambda: pb2.SeldonMessage(data=pb2.DefaultData(tensor=pb2.Tensor(shape=[1_000_000], values=[0.5] * 1_000_000))).SerializeToString(),
    "names": lambda: field(DATA, pb2.DefaultData(names=["ab"]).SerializeToString() * (LARGEST_MESSAGE // 4 - 100)),
}


@pytest.fixture(scope="module")
def serve(builder: Builder, engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Container]]:
    """The builder itself serves a mounted class, which responds with what it gets."""
    source = source_of(tmp_path_factory.mktemp("echo"))
    source.chmod(0o755)
    started: list[Container] = []

    def start(api: str, **variables: str) -> Container:
        started.append(Container(
            engine, builder.name, command=["/s2i/bin/run"], environment={"MODEL_NAME": "MyModel", "API_TYPE": api, **variables},
            mem_limit=MEMORY, memswap_limit=MEMORY, volumes={str(source): {"bind": "/microservice", "mode": "ro"}},
        ))
        return started[-1]

    yield start
    for container in started:
        container.remove()


@pytest.fixture(scope="module")
def container(serve: Callable[..., Container]) -> Container:
    return serve("REST").wait_until_ready()


@pytest.fixture(scope="module")
def grpc_container(serve: Callable[..., Container]) -> Container:
    return serve("GRPC")


def post(container: Container, body: bytes, **headers: str) -> int:
    headers = {"Content-Type": "application/json", **headers}
    return requests.post(container.url + "/predict", body, headers=headers, timeout=120).status_code


def assert_lives(container: Container) -> None:
    assert container.runs, container.errors
    assert container.predict({"strData": "here"}).json()["strData"] == "here"
    assert " crash" not in container.errors


@pytest.mark.parametrize("name", REST)
def test_it_outlives_a_large_body(name: str, container: Container) -> None:
    assert post(container, REST[name]()) in (200, 400, 413)
    assert_lives(container)


@pytest.mark.parametrize("name", ["numbers", "objects with a key", "text"])
def test_it_outlives_several_large_bodies_at_once(name: str, container: Container) -> None:
    body = REST[name]()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = {*threads.map(lambda _: post(container, body), range(AT_ONCE))}
    assert found <= {200, 413, 503}
    assert_lives(container)


def test_it_outlives_gzip_of_a_thousand_times_as_much(container: Container) -> None:
    assert post(container, gzip.compress(b"0" * 2**30, 1), **{"Content-Encoding": "gzip"}) == 413
    assert_lives(container)


@pytest.mark.parametrize("name", GRPC)
def test_it_outlives_a_large_message_over_grpc(name: str, grpc_container: Container) -> None:
    allowed = (grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED)
    assert ask(grpc_container, GRPC[name]()) in allowed
    assert grpc_container.runs and " crash" not in grpc_container.errors, grpc_container.errors
    assert ask(grpc_container, pb2.SeldonMessage(strData="here").SerializeToString()) == grpc.StatusCode.OK


@pytest.mark.parametrize("kind", ["text", "bytes"])
def test_it_outlives_several_large_messages_at_once_over_grpc(kind: str, grpc_container: Container) -> None:
    element = "x" * (LARGEST_MESSAGE - 100)
    message = pb2.SeldonMessage(strData=element) if kind == "text" else pb2.SeldonMessage(binData=element.encode())
    body = message.SerializeToString()
    with ThreadPoolExecutor(AT_ONCE_OVER_GRPC) as threads:
        found = [*threads.map(lambda _: ask(grpc_container, body), range(AT_ONCE_OVER_GRPC))]
    assert {*found} <= {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert grpc.StatusCode.OK in found
    assert grpc_container.runs and " crash" not in grpc_container.errors, grpc_container.errors


def ask(container: Container, body: bytes) -> grpc.StatusCode:
    options = [
        ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
        ("grpc.use_local_subchannel_pool", 1),  # a connection for each client
    ]  # fmt: skip
    with grpc.insecure_channel(container.url.removeprefix("http://"), options) as channel:
        predict: Callable[..., bytes] = channel.unary_unary("/seldon.protos.Model/Predict")
        try:
            predict(body, wait_for_ready=True, timeout=120)
        except grpc.RpcError as error:
            return error.code()
    return grpc.StatusCode.OK
