"""seldon_runtime.v2.binary_tensors: arrays and their bytes, both ways."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from seldon_component.errors import BadPayload
from seldon_runtime.v2 import binary_tensors, datatypes
from seldon_runtime.v2.datatypes import BF16, BYTES, DATATYPES
from support.v2_tensors import SHAPES

FIXED = [row for row in DATATYPES.values() if row.size and row is not BF16]


@given(st.data())
def test_every_tensor_comes_back(data):
    row, shape = data.draw(st.sampled_from(FIXED)), data.draw(SHAPES)
    array = data.draw(npst.arrays(row.dtype, shape))
    raw = bytes(binary_tensors.encode(array, row))
    assert raw == array.tobytes()
    found = binary_tensors.decode(raw, row, shape, "x")
    assert (found.dtype, found.shape, found.tobytes()) == (row.dtype, shape, raw)


@given(st.lists(st.binary(max_size=5), max_size=6))
def test_every_tensor_of_bytes_comes_back(elements):
    array = np.empty(len(elements), object)
    array[:] = elements
    raw = binary_tensors.encode(array, BYTES)
    assert binary_tensors.decode(raw, BYTES, array.shape, "x").tolist() == elements


def test_text_is_sent_as_utf_8():
    assert binary_tensors.encode(np.array(["é", b"\xff"], object), BYTES) == b"\2\0\0\0\xc3\xa9\1\0\0\0\xff"


def test_numbers_are_a_view():
    body = bytearray(struct.pack("<3f", 1, 2, 3))
    found = binary_tensors.decode(memoryview(body)[4:], DATATYPES["FP32"], (2, 1), "x")
    body[4:8] = struct.pack("<f", 9)
    assert found.tolist() == [[9.0], [3.0]]
    assert np.shares_memory(np.frombuffer(binary_tensors.encode(found, DATATYPES["FP32"]), "u1"), found)


def test_bf16_becomes_float32():
    found = binary_tensors.decode(struct.pack("<3H", 0x3F80, 0xC040, 0x7F80), BF16, (3,), "x")
    assert (found.dtype.name, found.tolist()) == ("float32", [1.0, -3.0, float("inf")])


def test_an_array_in_another_order_is_sent_in_row_major_order():
    array = np.arange(6, dtype="i4").reshape(2, 3).T
    assert bytes(binary_tensors.encode(array, DATATYPES["INT32"])) == array.tobytes()


@pytest.mark.parametrize(
    ("name", "shape", "raw", "message"),
    [
        ("FP32", (2,), b"1234567", r"x: expected 8 bytes for FP32 of shape \[2\], found 7"),
        ("FP32", (), b"", r"x: expected 4 bytes for FP32 of shape \[\], found 0"),
        ("INT8", (2**40, 2**40), b"", r"x: expected \d+ bytes for INT8 of shape \[1099511627776, 1099511627776\], found 0"),
        ("BF16", (1,), b"1", r"x: expected 2 bytes for BF16"),
        ("BOOL", (2,), b"\1\2", r"x\[1\]: expected a byte 0 or 1 \(BOOL\), found 2"),
        ("FP32", (1,) * 33, b"1234", "x: expected at most 32 dimensions, found 33"),
        ("BYTES", (2**40,), b"\0" * 4, r"x: expected 1099511627776 elements \(BYTES, shape .*\), .* found 4 bytes"),
        ("BYTES", (1,), b"\2\0\0\0a", r"x\[0\]: expected 2 bytes, found 1"),
        ("BYTES", (2,), b"\1\0\0\0a123", r"x\[1\]: expected a length in 4 bytes, found 3 bytes"),
        ("BYTES", (1,), b"\0\0\0\0ab", r"x: expected 1 elements \(BYTES\), found 2 more bytes behind them"),
    ],
)
def test_bytes_that_do_not_fit_the_shape_are_refused(name, shape, raw, message):
    with pytest.raises(BadPayload, match=f"^{message}"):
        binary_tensors.decode(raw, datatypes.find(name, "x"), shape, "x")
