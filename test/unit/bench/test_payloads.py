"""The same array in the requests and responses of every protocol."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bench import bodies, payloads, wires

every_payload = pytest.mark.parametrize("payload", [payloads.SMALL, payloads.SMALL_TENSOR, payloads.MEDIUM, payloads.MEDIUM_FP32,
                                                     payloads.of_names(10)], ids=lambda payload: payload.name)


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
    response = wires.V2.decode(json.dumps({"outputs": request["inputs"]}).encode())
    assert np.array_equal(response, payload.array)
    assert response.dtype == payload.array.dtype


@every_payload
@pytest.mark.parametrize("wire", [wires.V2_STATIC, wires.V2_BINARY_STATIC], ids=lambda wire: wire.path)
def test_v2_s_static_response_has_the_array_of_the_request(wire, payload):
    response = wire.decode(wire.respond(payload))
    assert np.array_equal(response, payload.array)
    assert response.dtype == payload.array.dtype


@every_payload
def test_a_binary_request_says_where_its_json_ends(payload):
    body = wires.V2_BINARY.encode(payload)
    size = int(wires.V2_BINARY.headers(body)["Inference-Header-Content-Length"])
    assert json.loads(body[:size])["inputs"][0]["parameters"] == {"binary_data_size": payload.array.nbytes}
    assert body[size:] == payload.array.tobytes()


@every_payload
def test_an_echo_of_a_raw_grpc_request_has_the_array(payload):
    response = wires.V2_ECHO.decode(wires.V2_ECHO.encode(payload))
    assert np.array_equal(response, payload.array)
    assert response.dtype == payload.array.dtype


def test_each_form_of_a_request_has_a_body_of_its_own():
    paths = {bodies.request_body(wire, payloads.SMALL) for wire in (wires.V2, wires.V2_BINARY, wires.V2_GRPC)}
    assert len(paths) == 3


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
    assert round(len(wires.V2_GRPC.encode(payloads.LARGE_FP32)) / 1e6) == 8
