"""codec.proto_array: names beside numbers, of which only short lists are kept for the next message."""

import tracemalloc

import numpy as np
import pytest
from seldon_component.payload import Payload
from seldon_runtime.codec import proto_codec
from support.seldon_messages import encoded, read_body


@pytest.mark.parametrize("count", [3, 3000])
def test_any_number_of_names_is_read_and_written(count):
    payload = Payload("ndarray", np.zeros((1, 2)), [f"name {at}" for at in range(count)])
    body = encoded(payload)
    assert proto_codec.encode(payload) == body
    assert read_body(body).names == payload.names


def test_a_class_may_change_the_names_of_its_request():
    body = encoded(Payload("ndarray", np.zeros((1, 2)), ["a", "b"]))
    read_body(body).names.clear()
    assert read_body(body).names == ["a", "b"]


@pytest.mark.parametrize("name", ["a" * 100_000, "b" * 300])
def test_names_are_kept_up_to_a_number_of_bytes(name):
    tracemalloc.start()
    try:
        for at in range(200):
            read_body(proto_codec.encode(Payload("tensor", np.zeros((1, 2)), [name + str(at)] * 50)))
        assert tracemalloc.get_traced_memory()[0] < 2_000_000
    finally:
        tracemalloc.stop()
