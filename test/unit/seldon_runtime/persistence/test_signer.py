"""seldon_runtime.persistence.signer and envelope: what is signed is verified, everything else is refused."""

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
from support.stores import DESCRIBED, NAME, envelope

SECRET, OTHER_SECRET = b"k" * 16, b"o" * 16
PAYLOAD = b"the state " * 1000


class Value:
    """Bytes as a StoredValue."""

    def __init__(self, data):
        self.data, self.length = data, len(data)

    def read(self, offset, size):
        return self.data[offset:offset + size]


def signed(secret=None, payload=PAYLOAD, name=NAME, **changes):
    value = Signer(name, secret, 2**29).sign(envelope(payload, **changes), io.BytesIO(payload))
    data = b"".join(value.chunks)
    assert (len(data), data[:HEAD_SIZE]) == (value.version.length, value.version.head)
    return data


def verified(data, secret=None, max_bytes=2**29, **options):
    payload = io.BytesIO()
    return Signer(NAME, secret, max_bytes).verify(Value(data), payload, **options), payload.getvalue()


@pytest.mark.parametrize("secret", [None, SECRET])
@pytest.mark.parametrize("payload", [b"", b"x", PAYLOAD, bytes(3 * 2**20 + 1)], ids=len)
def test_a_state_and_its_envelope_come_back(secret, payload):
    found, state = verified(signed(secret, payload, generation=7), secret)
    assert state == payload
    assert (found.generation, found.name, found.described, found.signed) == (7, NAME, DESCRIBED, secret is not None)


@pytest.mark.parametrize(("written", "read", "text"), [
    (None, SECRET, "it is not signed, and PERSISTENCE_KEY is set"), (SECRET, None, "it is signed, and PERSISTENCE_KEY is not set"),
    (OTHER_SECRET, SECRET, "its signature does not fit PERSISTENCE_KEY: it was changed, or signed with another key"),
], ids=["unsigned", "no key", "wrong key"])
def test_a_value_with_a_wrong_signature_is_refused(written, read, text):
    with pytest.raises(StateUnreadable) as caught:
        verified(signed(written), read)
    assert str(caught.value) == text


def test_a_value_of_another_key_of_the_store_is_refused():
    with pytest.raises(StateUnreadable, match="it was written for the key persistence_0_0_0, and this is " + NAME):
        verified(signed(SECRET, name="persistence_0_0_0"), SECRET)


@pytest.mark.parametrize(("written", "name"), [(None, NAME), (OTHER_SECRET, NAME), (OTHER_SECRET, "persistence_0_0_0")])
def test_a_trusted_value_needs_no_signature(written, name):
    assert verified(signed(written, name=name), SECRET, trusted=True)[1] == PAYLOAD


def test_a_trusted_value_must_be_complete():
    with pytest.raises(StateUnreadable):
        verified(signed(SECRET)[:-50], SECRET, trusted=True)


@pytest.mark.parametrize("secret", [None, SECRET])
@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_every_flipped_bit_is_noticed(secret, place, bit):
    data = bytearray(signed(secret))
    at = place % len(data)
    data[at] ^= 1 << bit
    try:
        found, _ = verified(bytes(data), secret)
    except StateUnreadable:
        return
    # without a secret, a value that has lost its magic bytes is read as a raw pickle
    assert (secret, found.described["form"], at < 8) == (None, "raw pickle", True)


@pytest.mark.parametrize("secret", [None, SECRET])
def test_every_truncated_and_every_longer_value_is_refused(secret):
    data = signed(secret, b"the state")
    for size in range(HEAD_SIZE, len(data)):
        with pytest.raises(StateUnreadable):
            verified(data[:size], secret)
    with pytest.raises(StateUnreadable):
        verified(data + b"x", secret)


def test_a_value_that_is_too_large_is_refused_before_it_is_read():
    class Unreadable:
        length = 101

    with pytest.raises(StateUnreadable, match="it has 101 bytes; PERSISTENCE_MAX_BYTES allows 100"):
        Signer(NAME, None, 100).verify(Unreadable(), io.BytesIO())  # type: ignore[arg-type]


def test_a_state_that_is_too_large_is_not_written():
    with pytest.raises(BadState, match=r"the state has \d+ bytes; PERSISTENCE_MAX_BYTES allows 100"):
        Signer(NAME, None, 100).sign(envelope(PAYLOAD), io.BytesIO(PAYLOAD))


def test_a_raw_pickle_is_read_as_one():
    found, state = verified(b"\x80\x03cshop\nRouter\n.")
    assert (found.described["form"], found.generation, state) == ("raw pickle", 0, b"\x80\x03cshop\nRouter\n.")


@pytest.mark.parametrize("data", [b"\x80\x03cshop\nRouter\n.", b"x"])
def test_with_a_secret_a_value_without_an_envelope_is_refused(data):
    with pytest.raises(StateUnreadable, match="it has no envelope, so no signature"):
        verified(data, SECRET)


def with_header(header, number=1, size=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    data = struct.pack(">8sHHIQ16s", b"\x93SELDST\n", number, 0, len(text) if size is None else size, 1, b"w" * 16) + text
    return data + hashlib.sha256(data).digest()


@pytest.mark.parametrize(("data", "text"), [
    (with_header({}, number=2), "it is of format 2; this version reads format 1"),
    (with_header({}, size=2**31), "its header has 2147483648 bytes; at most 1048576 are allowed"),
    (with_header(b"\xff"), "its header is no JSON"), (with_header([]), "its header lacks one of: name"),
    (with_header({"name": 1}), "its header lacks one of: name"),
    (with_header({"name": NAME, **DESCRIBED, "form": "marshal", "saved_at": "", "length": 0, "sha256": ""}), "form: expected dict or pickle, found 'marshal'"),
    (with_header({"name": NAME, **DESCRIBED, "saved_at": "", "length": 9, "sha256": ""}), "its state has 0 bytes, and its header says 9"),
    (with_header({"name": NAME, **DESCRIBED, "saved_at": "", "length": 0, "sha256": ""}), "does not fit the SHA-256 of its header"),
])
def test_a_wrong_header_is_refused(data, text):
    with pytest.raises(StateUnreadable, match=text):
        verified(data)


def test_a_head_is_read_without_the_rest():
    head = Head.read(signed(SECRET, generation=5, writer=b"w" * 16)[:HEAD_SIZE])
    assert head is not None
    assert (head.generation, head.writer, head.signed, head.format) == (5, b"w" * 16, True, 1)
    assert Head.read(b"\x80\x04" * 50) is None
