"""seldon_runtime.grpc.deferred: the version of grpcio is checked, and a call that waits for the class holds no thread."""

import re
import threading
from pathlib import Path

import grpc
import pytest
from seldon_component.errors import BadPayload, StartError
from seldon_component.payload import Payload
from seldon_runtime.codec import proto_codec
from seldon_runtime.grpc import deferred
from seldon_runtime.model.interface import WrappedModel
from seldon_runtime.system import thread_pool
from seldon_runtime.system.idle_memory import LARGE, idle_memory
from support.generated import pb2
from support.grpc_client import LIMIT, MEGABYTE, SERVING, begin
from support.stub_model import Pending, StubModel
from support.waiting import eventually

LOCKS = sorted((Path(__file__).parents[4] / "runtime/requirements").glob("server-*.txt"))


def test_the_installed_grpcio_is_accepted():
    deferred.check_grpcio(grpc.__version__)


@pytest.mark.parametrize("version", ["1.85.2", "1.86.0", "2.0.0"])
def test_another_grpcio_is_refused_with_the_next_step(version):
    with pytest.raises(StartError) as error:
        deferred.check_grpcio(version)
    assert str(error.value) == (
        f"grpcio: expected version {deferred._GRPCIO}, found {version}; install the version that runtime/requirements "
        f"locks. To move to {version}, set _GRPCIO in runtime/seldon_runtime/grpc/deferred.py to it, "
        "and run test/unit/seldon_runtime/grpc: if it fails, adapt deferred.py to grpcio's grpc/_server.py"
    )


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_lock_file_has_the_version_that_the_code_needs(path):
    assert re.findall(r"^grpcio==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE) == [deferred._GRPCIO]


def test_there_are_lock_files():
    assert LOCKS


def test_requests_that_wait_for_the_class_hold_no_thread(serve):
    model = Pending()
    _, client = serve(model, threads=1)
    responses = {text: begin(client, text) for text in "abc"}
    while not model.pending.qsize() == len(responses):
        assert client.check() == SERVING
    for _ in range(len(responses)):
        text = model.respond_to_next()
        assert responses[text].result(LIMIT).strData == text


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
    assert response.result(LIMIT).strData == "b"
    assert server.stop(LIMIT) is True


def test_stop_completes_a_request_that_holds_no_thread(serve):
    model = Pending()
    server, client = serve(model)
    response = begin(client, "a")
    eventually(lambda: model.pending.qsize() == 1, "the model has the request")
    stopped = []
    stopping = threading.Thread(target=lambda: stopped.append(server.stop(LIMIT)))
    stopping.start()
    model.respond_to_next()
    assert response.result(LIMIT).strData == "a"
    stopping.join(LIMIT)
    assert stopped == [True]


class Naming(WrappedModel):
    """Responds with the name of the thread that asks it."""

    def ask(self, request, on_answer):
        on_answer(Payload("strData", threading.current_thread().name), None)


@pytest.mark.parametrize(("size", "is_in_pool"), [(1, False), (130_000, False), (140_000, True)])
def test_only_a_large_message_takes_a_thread_of_the_pool(serve, size, is_in_pool):
    """The thread that reads grpcio's events must not decode it, because health checks wait for that thread, too."""
    _, client = serve(Naming(StubModel()))
    assert client.predict(strData="x" * size).strData.startswith("grpc-") is is_in_pool


def test_large_messages_are_read_by_as_many_threads_as_there_are_cpus(serve, monkeypatch):
    reading, go_on = [], threading.Event()

    def read(*_):
        reading.append(threading.current_thread())
        assert go_on.wait(LIMIT)
        raise BadPayload("read")

    monkeypatch.setattr(proto_codec, "to_content", read)
    monkeypatch.setattr(thread_pool, "container_cpus", lambda: 2.5)
    _, client = serve(StubModel(), threads=8)
    calls = [begin(client, "x" * 200_000) for _ in range(5)]
    eventually(lambda: len(reading) == 3, "three messages were read")
    assert client.check() == SERVING
    assert len(reading) == 3
    go_on.set()
    assert {call.exception(LIMIT).details() for call in calls} == {"read"}
    assert len({*reading}) == 3


@pytest.fixture
def noted(monkeypatch):
    """A list with one element for each time that the memory of a large message was said to be free."""
    found: list[str] = []
    monkeypatch.setattr(idle_memory, "note_large_message", lambda: found.append("large"))
    return found


def test_the_memory_of_a_large_response_is_free_when_a_slow_client_has_it(serve, noted):
    model = Pending()
    _, client = serve(model)
    response = client.channel.unary_stream("/seldon.protos.Model/Predict")(pb2.SeldonMessage(strData="q").SerializeToString())
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
