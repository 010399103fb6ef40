"""v2.varints against plain arithmetic. test_proto_requests.py and test_proto_responses.py have protobuf's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seldon_runtime.v2 import varints

UINT64 = st.integers(0, 2**64 - 1)
PIECES = [1, 7, 100]


def slow(numbers):
    encoded = bytearray()
    for number in numbers:
        number &= 2**64 - 1
        while number > 0x7F:
            encoded.append(number & 0x7F | 0x80)
            number >>= 7
        encoded.append(number)
    return bytes(encoded)


@pytest.fixture(params=PIECES, scope="module")
def piece(request):
    """The size of a piece, small enough that a few numbers need several."""
    before, varints._PIECE = varints._PIECE, request.param
    yield request.param
    varints._PIECE = before


@given(numbers=st.lists(UINT64))
def test_numbers_come_back(piece, numbers):
    array = np.array(numbers, np.uint64)
    encoded = varints.encode(array)
    assert encoded == slow(numbers)
    assert varints.count(encoded) == len(numbers)
    decoded = np.empty(len(numbers), np.uint64)
    varints.decode(encoded, decoded)
    assert decoded.tolist() == numbers


@given(numbers=st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_negative_numbers_have_the_64_bits_of_their_complement(piece, numbers):
    encoded = varints.encode(np.array(numbers, np.int64))
    assert encoded == slow(numbers)
    decoded = np.empty(len(numbers), np.int64)
    varints.decode(encoded, decoded)
    assert decoded.tolist() == numbers


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.uint8, np.uint16, np.uint32])
def test_narrow_integers_have_the_varints_of_wide_ones(dtype):
    limits = np.iinfo(dtype)
    numbers = [limits.min, 0, 1, limits.max]
    assert varints.encode(np.array(numbers, dtype)) == slow(numbers)


@given(number=UINT64)
def test_one_number_is_read_from_the_middle_of_a_body(number):
    encoded = slow([number])
    assert varints.read(b"\xff" + encoded + b"\xff", 1) == (number, 1 + len(encoded))


@pytest.mark.parametrize("body", [b"\x80", b"\x01\xff", b"\x80" * 11 + b"\x00"])
def test_an_unfinished_or_endless_varint_is_refused(body):
    into = np.empty(varints.count(body), np.int64)
    with pytest.raises(varints.Malformed):
        varints.decode(body, into)


def test_one_endless_varint_is_refused():
    with pytest.raises(varints.Malformed):
        varints.read(b"\x80" * 10 + b"\x00", 0)
