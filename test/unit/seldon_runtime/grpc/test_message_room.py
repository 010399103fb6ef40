"""seldon_runtime.grpc.message_room: the size of a request is limited, and so are those of all large ones together."""

from typing import Any

import grpc
from seldon_component.payload import Payload
from support.grpc_client import LIMIT, MEGABYTE, begin, failure
from support.stub_model import Pending, StubModel
from support.waiting import eventually


def test_the_size_limit_holds_for_requests_only(serve):
    _, client = serve(StubModel({"predict": Payload("binData", b"x" * 2 * MEGABYTE)}))
    assert failure(client, binData=b"x" * MEGABYTE)[0] == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert len(client.predict(binData=b"x").binData) == 2 * MEGABYTE


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
    assert small.result(LIMIT).strData == "small"
    on_answer(Payload("strData", "done"), None)
    assert first.result(LIMIT).strData == "done"
    assert_has_room(client, model, 2_000_000)


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
    assert len(responses[-1].result(LIMIT).strData) == size
