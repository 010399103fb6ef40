"""The gRPC server with stock generated clients, and with clients of the standard health and reflection services."""

import socket
import struct
import threading
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pool, empty_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from seldon_component.errors import BadPayload, CallError, ModelError, NotImplementedByModel, Unavailable
from seldon_component.payload import GRPC, Feedback, Payload
from seldon_component.proto import classes
from seldon_component.user_class.service_types import METHODS
from seldon_runtime.codec import proto_codec
from seldon_runtime.config.settings import UnitSettings
from seldon_runtime.errors import ModelCrashed, PortTaken, TimedOut, TooLarge
from seldon_runtime.grpc.failures import STATUS_CODES
from seldon_runtime.grpc.server import GrpcServer
from seldon_runtime.grpc.services import RPCS, SERVICES
from seldon_runtime.model.interface import WrappedModel
from seldon_runtime.rest.error_response import HTTP_STATUS
from seldon_runtime.system import thread_pool
from seldon_runtime.system.idle_memory import LARGE, idle_memory
from support.generated import pb2, pb2_grpc
from support.grpc_client import NOT_SERVING, SERVING, Client
from support.server import accepts, free_port
from support.stub_model import Pending, StubModel
from support.waiting import eventually

ROWS = [(service, method) for service, methods in SERVICES.items() for method in methods]
_LIMIT = 60  # seconds; only a failing test waits that long
MEGABYTE = 2**20


def message_for(method):
    if method == "aggregate":
        return pb2.SeldonMessageList(seldonMessages=[pb2.SeldonMessage(strData="a"), pb2.SeldonMessage(strData="b")])
    if method == "send_feedback":
        return pb2.Feedback(request=pb2.SeldonMessage(strData="q"), reward=1, truth=pb2.SeldonMessage(strData="t"))
    return pb2.SeldonMessage(strData="q")


def failure(client, **fields):
    with pytest.raises(grpc.RpcError) as error:
        client.predict(**fields)
    return error.value.code(), error.value.details()


@pytest.mark.parametrize(("service", "method"), ROWS)
def test_an_old_client_reaches_each_method_of_each_service(serve, service, method):
    model = StubModel({method: Payload("strData", method)})
    _, client = serve(model)
    assert client.call(service, RPCS[method], message_for(method)).strData == method
    ((received, content, wire),) = model.asked
    assert (received, wire) == (method, GRPC)
    message = content.request if isinstance(content, Feedback) else content[1] if isinstance(content, list) else content
    assert message.data == ("b" if method == "aggregate" else "q")


def test_the_services_have_every_method_of_the_descriptor():
    assert {method for _, method in ROWS} == set(RPCS) == set(METHODS)
    file = classes.pool().FindFileByName("prediction.proto")
    described = {name: {rpc.name for rpc in service.methods} for name, service in file.services_by_name.items()}
    offered = {name: {RPCS[method] for method in methods} for name, methods in SERVICES.items()}
    offered["Model"].add("Metadata")
    offered["Seldon"].add("ModelMetadata")
    offered["Seldon"].add("GraphMetadata")  # of graphs alone
    assert described == offered


def test_a_tensor_comes_back_with_its_shape_and_names(serve):
    class Echo(StubModel):
        def ask(self, request, on_answer):
            on_answer(request.content, None)

    _, client = serve(Echo())
    sent = pb2.DefaultData(names=["a", "b"], tensor=pb2.Tensor(shape=[1, 2], values=[1, 2]))
    assert client.predict(data=sent, meta=pb2.Meta(puid="p")) == pb2.SeldonMessage(data=sent, meta=pb2.Meta(puid="p"))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadPayload("no such field"), grpc.StatusCode.INVALID_ARGUMENT),
        (NotImplementedByModel("no such method"), grpc.StatusCode.UNIMPLEMENTED),
        (Unavailable("loading"), grpc.StatusCode.UNAVAILABLE),
        (TooLarge("too large"), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (TimedOut("too late"), grpc.StatusCode.DEADLINE_EXCEEDED),
        (ModelCrashed("crashed"), grpc.StatusCode.INTERNAL),
        (ModelError("raised é"), grpc.StatusCode.INTERNAL),
        (ModelError("raised", status_code=400, reason="MINE"), grpc.StatusCode.INVALID_ARGUMENT),
        (ModelError("raised", status_code=429), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (ModelError("raised", status_code=418), grpc.StatusCode.INTERNAL),
    ],
)
def test_each_error_has_its_code_and_the_info_of_rest(serve, error, code):
    _, client = serve(StubModel({"predict": error}))
    assert failure(client, strData="x") == (code, str(error))


def test_every_reason_with_a_code_has_an_http_status():
    assert set(STATUS_CODES) <= set(HTTP_STATUS)


def test_only_the_log_has_the_reason_of_a_fault_of_the_server(serve, caplog, monkeypatch):
    def fail(payload):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("seldon_runtime.codec.proto_codec.encode", fail)
    _, client = serve(StubModel({"predict": Payload("strData", "x")}))
    assert failure(client) == (grpc.StatusCode.INTERNAL, "the server failed on this request; its log says why")
    assert "secret" in caplog.text


def test_a_very_long_info_still_arrives(serve):
    _, client = serve(StubModel({"predict": CallError("é" * 100_000)}))
    code, details = failure(client)
    assert (code, details) == (grpc.StatusCode.INTERNAL, "é" * 1000)


def test_a_body_that_is_no_message_is_refused(serve):
    _, client = serve(StubModel())
    call = client.channel.unary_unary("/seldon.protos.Model/Predict")
    with pytest.raises(grpc.RpcError) as error:
        call(b"\xff\xff", timeout=_LIMIT, wait_for_ready=True)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    details = error.value.details()
    assert details is not None
    assert details.startswith("the request is no seldon.protos.SeldonMessage")


def test_the_size_limit_holds_for_requests_only(serve):
    _, client = serve(StubModel({"predict": Payload("binData", b"x" * 2 * MEGABYTE)}))
    assert failure(client, binData=b"x" * MEGABYTE)[0] == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert len(client.predict(binData=b"x").binData) == 2 * MEGABYTE


@pytest.mark.parametrize(("service", "rpc"), [("Model", "Metadata"), ("Seldon", "ModelMetadata")])
def test_metadata_is_the_same_as_over_rest(serve, service, rpc):
    _, client = serve(StubModel({"metadata": Payload("jsonData", {"versions": ["v1"]})}))
    call = client.channel.unary_unary(
        f"/seldon.protos.{service}/{rpc}",
        empty_pb2.Empty.SerializeToString,
        classes.message_class("SeldonModelMetadata").FromString,
    )
    response = call(empty_pb2.Empty(), timeout=_LIMIT, wait_for_ready=True)
    assert (response.name, list(response.versions)) == ("Iris", ["v1"])


def test_reflection_describes_every_service_and_message(serve):
    _, client = serve(StubModel())
    eventually(lambda: client.check() == SERVING, "the server is up")
    found = ProtoReflectionDescriptorDatabase(client.channel)
    services = set(found.get_services())
    assert services == {f"seldon.protos.{name}" for name in SERVICES} | {
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    pool = descriptor_pool.DescriptorPool(found)
    for service in services:
        assert pool.FindServiceByName(service).methods
    assert pool.FindMessageTypeByName("seldon.protos.SeldonMessage").fields_by_name["customData"].number == 7


def test_health_follows_the_model(serve):
    model = StubModel(ready=False)
    server, client = serve(model)
    seen = client.watch()
    assert (next(seen), client.check("seldon.protos.Model")) == (NOT_SERVING, NOT_SERVING)
    for ready, status in ((True, SERVING), (False, NOT_SERVING), (True, SERVING)):
        model.ready = ready
        server.model_changed()
        assert (next(seen), client.check(), client.check("seldon.protos.Combiner")) == (status, status, status)


def test_health_of_an_unknown_service_is_not_found(serve):
    _, client = serve(StubModel())
    with pytest.raises(grpc.RpcError) as error:
        client.check("seldon.protos.Nothing")
    assert error.value.code() == grpc.StatusCode.NOT_FOUND


def test_one_connection_may_open_ten_thousand_calls_at_a_time(serve):
    """The settings of HTTP/2 say so, and grpcio refuses more. Each takes 20 KB, and is opened in 160 bytes."""
    _, client = serve(StubModel())
    with socket.create_connection(("127.0.0.1", client.port), timeout=_LIMIT) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
        head = connection.recv(9, socket.MSG_WAITALL)
        found = connection.recv(int.from_bytes(head[:3]), socket.MSG_WAITALL)
    most_streams = 3  # the number of the setting (RFC 9113, section 6.5.2)
    assert dict(struct.iter_unpack(">HI", found))[most_streams] == 10_000


def test_clients_that_send_no_message_hold_up_no_health_check(serve):
    """Each of their calls waits for its message in a thread of its own, of which there are four here."""
    _, client = serve(StubModel())
    never = threading.Event()
    paths = ("grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch", "seldon.protos.Model/Metadata")
    calls = [client.channel.stream_stream(f"/{path}")(silence(never)) for path in paths for _ in range(5)]
    assert client.check() == SERVING
    for call in calls:
        call.cancel()
    never.set()


def silence(end):
    """The messages of a client that sends none."""
    end.wait()
    yield from ()


def begin(client, text):
    return pb2_grpc.ModelStub(client.channel).Predict.future(
        pb2.SeldonMessage(strData=text), timeout=_LIMIT, wait_for_ready=True
    )


def test_stop_completes_a_request_in_flight_and_ends_each_watch(serve):
    model = Pending()
    server, client = serve(model)
    seen = client.watch()
    assert next(seen) == SERVING
    response = begin(client, "done")
    request, on_answer = model.next()
    stopped = []
    stopping = threading.Thread(target=lambda: stopped.append(server.stop(_LIMIT)))
    stopping.start()
    assert list(seen) == [NOT_SERVING]
    on_answer(request.content, None)
    assert response.result(_LIMIT).strData == "done"
    stopping.join(_LIMIT)
    assert stopped == [True]


def test_a_request_that_outlives_the_grace_period_is_cancelled(serve):
    model = Pending()
    server, client = serve(model)
    response = begin(client, "late")
    model.next()
    assert server.stop(0.05) is False
    assert response.exception(_LIMIT).code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


def test_requests_that_wait_for_the_class_hold_no_thread(serve):
    model = Pending()
    _, client = serve(model, threads=1)
    responses = {text: begin(client, text) for text in "abc"}
    while not model.pending.qsize() == len(responses):
        assert client.check() == SERVING
    for _ in range(len(responses)):
        text = model.respond_to_next()
        assert responses[text].result(_LIMIT).strData == text


def test_the_response_for_a_client_that_has_gone_is_dropped(serve):
    model = Pending()
    server, client = serve(model)
    gone = begin(client, "a")
    request, on_answer = model.next()
    gone.cancel()
    eventually(lambda: request.cancelled, "the request was cancelled")
    assert client.check() == SERVING
    on_answer(request.content, None)
    response = begin(client, "b")
    assert model.respond_to_next() == "b"
    assert response.result(_LIMIT).strData == "b"
    assert server.stop(_LIMIT) is True


def test_stop_completes_a_request_that_holds_no_thread(serve):
    model = Pending()
    server, client = serve(model)
    response = begin(client, "a")
    eventually(lambda: model.pending.qsize() == 1, "the model has the request")
    stopped = []
    stopping = threading.Thread(target=lambda: stopped.append(server.stop(_LIMIT)))
    stopping.start()
    model.respond_to_next()
    assert response.result(_LIMIT).strData == "a"
    stopping.join(_LIMIT)
    assert stopped == [True]


def test_a_response_that_cannot_be_encoded_fails_its_request(serve):
    model = Pending()
    _, client = serve(model)
    response = begin(client, "a")
    _, on_answer = model.next()
    on_answer(Payload("strData", "\ud800"), None)
    assert response.exception(_LIMIT).code() == grpc.StatusCode.INTERNAL
    assert response.exception(_LIMIT).details().startswith("the message cannot be sent over gRPC")


@pytest.fixture
def noted(monkeypatch):
    """A list with one element for each time that the memory of a large message was said to be free."""
    found: list[str] = []
    monkeypatch.setattr(idle_memory, "note_large_message", lambda: found.append("large"))
    return found


def test_the_memory_of_a_large_response_is_free_when_a_slow_client_has_it(serve, noted):
    model = Pending()
    _, client = serve(model)
    response = client.channel.unary_stream("/seldon.protos.Model/Predict")(message_for("predict").SerializeToString())
    _, on_answer = model.next()
    on_answer(Payload("strData", "x" * 8 * MEGABYTE), None)
    assert noted == []
    assert len(next(response)) > 8 * MEGABYTE
    eventually(lambda: noted, "the memory was free")


def test_the_memory_of_a_large_request_is_free_when_its_client_has_gone(serve, noted):
    model = Pending()
    _, client = serve(model, max_message_bytes=2 * LARGE)
    gone = begin(client, "x" * LARGE)
    model.next()
    assert noted == []
    gone.cancel()
    eventually(lambda: noted, "the memory was free")


def test_large_messages_that_are_in_hand_are_limited_together(serve):
    model = Pending()
    _, client = serve(model, max_message_bytes=2 * MEGABYTE, all_bytes=3 * MEGABYTE)
    first = begin(client, "x" * 2_000_000)
    _, on_answer = model.next()
    code, details = failure(client, strData="x" * 1_500_000)
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert details == "the messages of all calls: expected at most 3145728 bytes together, found 3500008"
    small = begin(client, "small")
    assert model.respond_to_next() == "small"
    assert small.result(_LIMIT).strData == "small"
    on_answer(Payload("strData", "done"), None)
    assert first.result(_LIMIT).strData == "done"
    assert_has_room(client, model, 2_000_000)


def test_large_messages_are_read_by_as_many_threads_as_there_are_cpus(serve, monkeypatch):
    reading, go_on = [], threading.Event()

    def read(*_):
        reading.append(threading.current_thread())
        assert go_on.wait(_LIMIT)
        raise BadPayload("read")

    monkeypatch.setattr(proto_codec, "to_content", read)
    monkeypatch.setattr(thread_pool, "container_cpus", lambda: 2.5)
    _, client = serve(StubModel(), threads=8)
    calls = [begin(client, "x" * 200_000) for _ in range(5)]
    eventually(lambda: len(reading) == 3, "three messages were read")
    assert client.check() == SERVING
    assert len(reading) == 3
    go_on.set()
    assert {call.exception(_LIMIT).details() for call in calls} == {"read"}
    assert len({*reading}) == 3


def test_a_client_that_has_gone_leaves_its_room_to_others(serve):
    model = Pending()
    _, client = serve(model, max_message_bytes=2 * MEGABYTE, all_bytes=2 * MEGABYTE)
    gone = begin(client, "x" * 2_000_000)
    request, _ = model.next()
    gone.cancel()
    eventually(lambda: request.cancelled, "the request was cancelled")
    assert_has_room(client, model, 2_000_000)


def assert_has_room(client, model, size):
    """Soon, because a client has its response before the server knows."""
    responses: list[Any] = []

    def is_in_hand():
        if not responses or responses[-1].done():
            responses.append(begin(client, "x" * size))
        return model.pending.qsize()

    eventually(is_in_hand, "there was room")
    assert len(model.respond_to_next()) == size
    assert len(responses[-1].result(_LIMIT).strData) == size


def test_a_call_without_a_message_is_refused(serve):
    _, client = serve(StubModel())
    call = client.channel.stream_unary("/seldon.protos.Model/Predict")
    with pytest.raises(grpc.RpcError) as error:
        call(iter(()), timeout=_LIMIT, wait_for_ready=True)
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert error.value.details() == "exactly one request message is required"


def test_the_error_for_a_taken_port_names_it():
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} cannot be listened on"):
            GrpcServer(StubModel(), port, 1, MEGABYTE)


@pytest.mark.parametrize(("own", "puid"), [("", "p-7"), ("mine", "mine")])
def test_a_message_without_a_puid_gets_that_of_the_metadata(own, puid, serve):
    model = StubModel({"predict": Payload("strData", "x")})
    _, client = serve(model)
    stub = pb2_grpc.ModelStub(client.channel)
    message = pb2.SeldonMessage(strData="x", meta=pb2.Meta(puid=own))
    stub.Predict(message, metadata=[("seldon-puid", "p-7")], timeout=_LIMIT, wait_for_ready=True)
    assert model.asked[-1][1].meta == {"puid": puid}


IDS = (("x-request-id", "r"), ("seldon-puid", "p"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))


@pytest.mark.parametrize("rpc", ["Predict", "SendFeedback", "Metadata"])
def test_the_ids_of_a_call_come_back(rpc, serve):
    """After a response, after an error, and after a call that holds a thread."""
    _, client = serve(StubModel({"predict": Payload("strData", "x"), "send_feedback": CallError("broken")}))
    call: Any = client.channel.unary_unary(f"/seldon.protos.Model/{rpc}")
    _, done = ended(call, b"", metadata=(*IDS, ("other", "o")))
    assert sorted(done.trailing_metadata()) == sorted(IDS)
    _, done = ended(call, b"")
    assert tuple(done.trailing_metadata()) == ()


def test_an_id_that_is_long_does_not_come_back(serve):
    _, client = serve(StubModel({"predict": Payload("strData", "x")}))
    call: Any = client.channel.unary_unary("/seldon.protos.Model/Predict")
    _, done = ended(call, b"", metadata=[("x-request-id", "x" * 257)])
    assert tuple(done.trailing_metadata()) == ()


def ended(call, body, metadata=()):
    """The response, or None, and the call that has ended."""
    try:
        return call.with_call(body, metadata=metadata, timeout=_LIMIT, wait_for_ready=True)
    except grpc.RpcError as error:
        return None, error


def test_the_metadata_have_name_and_version_of_the_image(serve):
    unit = UnitSettings("unit", None, None, {}, "shop/iris:1.2")
    _, client = serve(StubModel(), unit=unit)
    call: Any = client.channel.unary_unary(
        "/seldon.protos.Model/Metadata",
        empty_pb2.Empty.SerializeToString,
        classes.message_class("SeldonModelMetadata").FromString,
    )
    found = call(empty_pb2.Empty(), timeout=_LIMIT, wait_for_ready=True)
    assert (found.name, list(found.versions)) == ("shop/iris", ["1.2"])


def test_a_watcher_hears_of_changes_only(serve):
    model = StubModel()
    server, client = serve(model)
    seen = client.watch()
    assert next(seen) == SERVING
    for ready in (True, False, False, True):
        model.ready = ready
        server.model_changed()
    assert next(seen) == NOT_SERVING
    assert next(seen) == SERVING


@pytest.mark.parametrize(
    ("host", "found"), [("::", (True, True)), ("0.0.0.0", (True, False)), ("::1", (False, True))]
)
def test_a_server_listens_on_the_addresses_of_its_host(host, found):
    server = GrpcServer(StubModel(), port := free_port(), 1, MEGABYTE, host=host)
    server.start()
    assert (accepts("127.0.0.1", port), accepts("::1", port)) == found
    server.stop(0)


def test_a_port_that_was_taken_after_the_beginning_is_named_at_the_start():
    port = free_port()
    server = GrpcServer(StubModel(), port, 1, MEGABYTE)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("0.0.0.0", port))
        other.listen()
        with pytest.raises(PortTaken, match=f"port {port} cannot be listened on"):
            server.start()
    server.stop(0)


def test_more_than_a_thousand_calls_at_once_are_all_answered(serve):
    """grpcio's own limits would cancel some of them."""
    model = Pending()
    _, client = serve(model)
    calls = [begin(client, str(number)) for number in range(3000)]
    for _ in calls:
        model.respond_to_next()
    assert [call.result(_LIMIT).strData for call in calls] == [str(number) for number in range(3000)]


def test_a_client_that_waits_long_may_ping_meanwhile(serve):
    model = Pending()
    _, client = serve(model)
    eager = Client(client.port, ("grpc.keepalive_time_ms", 1000), ("grpc.http2.max_pings_without_data", 0))
    with eager.channel:
        call = begin(eager, "late")
        request, on_answer = model.next()
        with pytest.raises(grpc.FutureTimeoutError):
            call.result(timeout=6)
        on_answer(request.content, None)
        assert call.result(_LIMIT).strData == "late"


class Naming(WrappedModel):
    """Responds with the name of the thread that asks it."""

    def ask(self, request, on_answer):
        on_answer(Payload("strData", threading.current_thread().name), None)


@pytest.mark.parametrize(("size", "is_in_pool"), [(1, False), (130_000, False), (140_000, True)])
def test_only_a_large_message_takes_a_thread_of_the_pool(serve, size, is_in_pool):
    """The thread that reads grpcio's events must not decode it, because health checks wait for that thread, too."""
    _, client = serve(Naming(StubModel()))
    assert client.predict(strData="x" * size).strData.startswith("grpc-") is is_in_pool


def test_metadata_wait_for_the_class_and_hold_up_nothing_else(serve):
    """They once waited in the thread that reads grpcio's events."""
    model = Pending()
    _, client = serve(model)
    call: Any = client.channel.unary_unary("/seldon.protos.Model/Metadata")
    response = call.future(b"", timeout=_LIMIT, wait_for_ready=True)
    _, on_answer = model.next()
    assert client.check() == SERVING
    on_answer(Payload("jsonData", {"versions": ["v1"]}), None)
    assert classes.message_class("SeldonModelMetadata").FromString(response.result(_LIMIT)).versions == ["v1"]
