"""The same array in the requests and responses of every protocol."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bench import payloads, wires

every_payload = pytest.mark.parametrize("payload", [payloads.SMALL, payloads.SMALL_TENSOR, payloads.MEDIUM, payloads.of_names(10)],
                                ids=lambda payload: payload.name)


@every_payload
@pytest.mark.parametrize("wire", [wires.SELDON, wires.SELDON_GRPC])
def test_in_seldon_s_protocol_an_identity_returns_the_request(wire, payload):
    assert np.array_equal(wire.decode(wire.encode(payload)), payload.array)


@every_payload
def test_the_static_response_has_the_array_of_the_request(payload):
    assert np.array_equal(wires.STATIC.decode(wires.static_response(payload)), payload.array)


@every_payload
def test_in_kserve_s_protocol_an_identity_returns_the_instances(payload):
    request = json.loads(wires.V1.encode(payload))
    assert np.array_equal(wires.V1.decode(json.dumps({"predictions": request["instances"]}).encode()), payload.array)


@every_payload
def test_in_mlserver_s_protocol_an_identity_returns_the_inputs(payload):
    request = json.loads(wires.V2.encode(payload))
    assert np.array_equal(wires.V2.decode(json.dumps({"outputs": request["inputs"]}).encode()), payload.array)


def test_the_right_response_is_the_array_by_default():
    assert payloads.SMALL.is_right(payloads.SMALL.array)
    assert not payloads.SMALL.is_right(payloads.SMALL.array + 1e-9)


def test_the_right_response_to_digits_is_the_network_s_to_1e_5():
    digits = payloads.of_digits(64)
    assert digits.expected is not None
    assert digits.expected.shape == (64, 10)
    assert digits.is_right(digits.expected + 1e-6)
    assert not digits.is_right(digits.expected + 1e-4)
    assert not digits.is_right(digits.expected[:1])
    assert not digits.is_right(digits.array)


def test_the_network_recognizes_the_digits():
    expected = payloads.of_digits(10).expected
    assert expected is not None
    assert expected.argmax(axis=1).tolist() == list(range(10))


def test_a_grpc_request_is_a_frame():
    frame = wires.SELDON_GRPC.encode(payloads.SMALL)
    assert (frame[0], int.from_bytes(frame[1:5], "big")) == (0, len(frame) - 5)


def test_the_large_payload_has_the_documented_sizes():
    assert round(len(wires.SELDON.encode(payloads.LARGE)) / 1e6) == 19
    assert round(len(wires.SELDON_GRPC.encode(payloads.LARGE)) / 1e6) == 8
