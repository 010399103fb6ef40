"""seldon_runtime.grpc.health: the status follows the model, and is told while other calls wait."""

import threading

import grpc
import pytest
from support.grpc_client import NOT_SERVING, SERVING
from support.stub_model import StubModel


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
