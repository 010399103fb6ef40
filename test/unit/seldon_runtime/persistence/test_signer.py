"""seldon_runtime.persistence.signer and envelope: there and back, and what must never be handed on."""

import hashlib
import io
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seldon_component.errors import BadState
from seldon_runtime.errors import StateUnreadable
from seldon_runtime.persistence.envelope import HEAD_SIZE, Head
from seldon_runtime.persistence.signer import Signer
from stores import DESCRIBED, NAME, envelope

KEY, OTHER_KEY = b"k" * 16, b"o" * 16
PAYLOAD = b"the state " * 1000


class Value:
    """Bytes as a Stored."""

    def __init__(self, data):
        self.data, self.length = data, len(data)

    def read(self, offset, size):
        return self.data[offset:offset + size]


def sealed(key=None, payload=PAYLOAD, name=NAME, **changes):
    seal = Signer(name, key, 2**29)
    length, pieces = seal.close(seal.own(envelope(payload, **changes)), io.BytesIO(payload))
    data = b"".join(pieces)
    assert len(data) == length
    return data


def opened(data, key=None, max_bytes=2**29, **how):
    payload = io.BytesIO()
    return Signer(NAME, key, max_bytes).open(Value(data), payload, **how), payload.getvalue()


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("payload", [b"", b"x", PAYLOAD, bytes(3 * 2**20 + 1)], ids=len)
def test_a_state_comes_back_with_all_that_was_said_of_it(key, payload):
    found, state = opened(sealed(key, payload, generation=7), key)
    assert state == payload
    assert (found.generation, found.name, found.described, found.signed) == (7, NAME, DESCRIBED, key is not None)


@pytest.mark.parametrize(("written", "read", "text"), [
    (None, KEY, "it is not signed, and PERSISTENCE_KEY is set"), (KEY, None, "it is signed, and PERSISTENCE_KEY is not set"),
    (OTHER_KEY, KEY, "its signature does not fit PERSISTENCE_KEY: it was changed, or signed with another key"),
], ids=["unsigned", "no key", "wrong key"])
def test_a_value_with_another_seal_is_refused(written, read, text):
    with pytest.raises(StateUnreadable) as caught:
        opened(sealed(written), read)
    assert str(caught.value) == text


def test_a_value_of_another_key_of_the_store_is_refused():
    with pytest.raises(StateUnreadable, match="it was written for the key persistence_0_0_0, and this is " + NAME):
        opened(sealed(KEY, name="persistence_0_0_0"), KEY)


@pytest.mark.parametrize(("written", "name"), [(None, NAME), (OTHER_KEY, NAME), (OTHER_KEY, "persistence_0_0_0")])
def test_whoever_vouches_for_a_value_needs_no_signature(written, name):
    assert opened(sealed(written, name=name), KEY, trusting=True)[1] == PAYLOAD


def test_whoever_vouches_for_a_value_does_not_vouch_for_its_being_whole():
    with pytest.raises(StateUnreadable):
        opened(sealed(KEY)[:-50], KEY, trusting=True)


@pytest.mark.parametrize("key", [None, KEY])
@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unnoticed(key, place, bit):
    data = bytearray(sealed(key))
    at = place % len(data)
    data[at] ^= 1 << bit
    try:
        found, _ = opened(bytes(data), key)
    except StateUnreadable:
        return
    # without a key, what has lost its magic word may be a raw pickle, and is read as one
    assert (key, found.described["form"], at < 8) == (None, "raw pickle", True)


@pytest.mark.parametrize("key", [None, KEY])
def test_every_truncated_and_every_longer_value_is_refused(key):
    data = sealed(key, b"the state")
    for size in range(HEAD_SIZE, len(data)):
        with pytest.raises(StateUnreadable):
            opened(data[:size], key)
    with pytest.raises(StateUnreadable):
        opened(data + b"x", key)


def test_a_value_that_is_too_large_is_refused_before_it_is_read():
    class Untouchable:
        length = 101

    with pytest.raises(StateUnreadable, match="it has 101 bytes; PERSISTENCE_MAX_BYTES allows 100"):
        Signer(NAME, None, 100).open(Untouchable(), io.BytesIO())


def test_a_state_that_is_too_large_is_not_written():
    with pytest.raises(BadState, match=r"the state has \d+ bytes; PERSISTENCE_MAX_BYTES allows 100"):
        Signer(NAME, None, 100).close(envelope(PAYLOAD), io.BytesIO(PAYLOAD))


def test_a_raw_pickle_is_handed_on_as_one():
    found, state = opened(b"\x80\x03cshop\nRouter\n.")
    assert (found.described["form"], found.generation, state) == ("raw pickle", 0, b"\x80\x03cshop\nRouter\n.")


@pytest.mark.parametrize("data", [b"\x80\x03cshop\nRouter\n.", b"", b"x"])
def test_with_a_key_nothing_without_an_envelope_is_handed_on(data):
    with pytest.raises(StateUnreadable, match="it has no envelope, so no signature"):
        opened(data, KEY)


def with_header(header, number=1, size=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    data = struct.pack(">8sHHIQ16s", b"\x93SELDST\n", number, 0, len(text) if size is None else size, 1, b"w" * 16) + text
    return data + hashlib.sha256(data).digest()


@pytest.mark.parametrize(("data", "text"), [
    (with_header({}, number=2), "it is of format 2; this version reads format 1"),
    (with_header({}, size=2**31), "its header has 2147483648 bytes; at most 1048576 are allowed"),
    (with_header(b"\xff"), "its header is no JSON"), (with_header([]), "its header lacks one of: name"),
    (with_header({"name": 1}), "its header lacks one of: name"),
    (with_header({"name": NAME, **DESCRIBED, "form": "marshal", "saved_at": "", "length": 0, "sha256": ""}), "it is a 'marshal'"),
    (with_header({"name": NAME, **DESCRIBED, "saved_at": "", "length": 9, "sha256": ""}), "its state has 0 bytes, and its header says 9"),
    (with_header({"name": NAME, **DESCRIBED, "saved_at": "", "length": 0, "sha256": ""}), "does not fit the SHA-256 of its header"),
])
def test_a_header_that_is_none_is_refused(data, text):
    with pytest.raises(StateUnreadable, match=text):
        opened(data)


def test_a_head_is_recognised_without_the_rest():
    head = Head.read(sealed(KEY, generation=5, writer=b"w" * 16)[:HEAD_SIZE])
    assert (head.generation, head.writer, head.signed, head.format) == (5, b"w" * 16, True, 1)
    assert Head.read(b"\x80\x04" * 50) is None
