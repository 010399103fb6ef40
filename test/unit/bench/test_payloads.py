"""The same array in every protocol, and back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bench import payloads, wires

ASKED = pytest.mark.parametrize("payload", [payloads.SMALL, payloads.SMALL_TENSOR, payloads.MEDIUM, payloads.of_names(10)],
                                ids=lambda payload: payload.name)


@ASKED
@pytest.mark.parametrize("wire", [wires.SELDON, wires.SELDON_GRPC])
def test_an_identity_s_answer_in_seldon_s_protocol_is_the_question(wire, payload):
    assert np.array_equal(wire.decode(wire.encode(payload)), payload.array)


@ASKED
def test_the_static_answer_is_one_to_the_question(payload):
    assert np.array_equal(wires.STATIC.decode(wires.static_answer(payload)), payload.array)


@ASKED
def test_an_identity_s_answer_in_kserve_s_protocol_is_the_question(payload):
    asked = json.loads(wires.V1.encode(payload))
    assert np.array_equal(wires.V1.decode(json.dumps({"predictions": asked["instances"]}).encode()), payload.array)


@ASKED
def test_an_identity_s_answer_in_mlserver_s_protocol_is_the_question(payload):
    asked = json.loads(wires.V2.encode(payload))
    assert np.array_equal(wires.V2.decode(json.dumps({"outputs": asked["inputs"]}).encode()), payload.array)


def test_an_answer_without_an_expected_one_is_the_question_itself():
    assert payloads.SMALL.is_answered_by(payloads.SMALL.array)
    assert not payloads.SMALL.is_answered_by(payloads.SMALL.array + 1e-9)


def test_an_answer_to_digits_is_what_the_network_says_of_each_to_five_digits():
    asked = payloads.of_digits(64)
    assert asked.expected.shape == (64, 10)
    assert asked.is_answered_by(asked.expected + 1e-6)
    assert not asked.is_answered_by(asked.expected + 1e-4)
    assert not asked.is_answered_by(asked.expected[:1])
    assert not asked.is_answered_by(asked.array)


def test_what_the_network_must_say_of_digits_is_which_they_are():
    assert payloads.of_digits(10).expected.argmax(axis=1).tolist() == list(range(10))


def test_a_grpc_question_is_a_frame():
    frame = wires.SELDON_GRPC.encode(payloads.SMALL)
    assert (frame[0], int.from_bytes(frame[1:5], "big")) == (0, len(frame) - 5)


def test_the_large_payload_has_the_sizes_that_are_told():
    assert round(len(wires.SELDON.encode(payloads.LARGE)) / 1e6) == 19
    assert round(len(wires.SELDON_GRPC.encode(payloads.LARGE)) / 1e6) == 8
