"""seldon_runtime.v2.datatypes: which elements a datatype has. Each error names the element."""

import math
import re

import numpy as np
import pytest
from seldon_component.errors import BadPayload
from seldon_runtime.v2 import datatypes
from seldon_runtime.v2.datatypes import DATATYPES

NUMERIC = [row for row in DATATYPES.values() if row is not datatypes.BYTES]
INTEGERS = [row for row in NUMERIC if row.dtype.kind in "iu"]


@pytest.mark.parametrize("row", NUMERIC, ids=lambda row: row.name)
def test_the_size_is_that_of_the_dtype(row):
    assert row.size == (2 if row is datatypes.BF16 else row.dtype.itemsize)


@pytest.mark.parametrize("row", DATATYPES.values(), ids=lambda row: row.name)
def test_a_dtype_finds_its_datatype(row):
    assert datatypes.of_dtype(row.dtype) is (DATATYPES["FP32"] if row is datatypes.BF16 else row)


@pytest.mark.parametrize("dtype", ["c16", "M8[s]", "U3"])
def test_other_dtypes_have_none(dtype):
    assert datatypes.of_dtype(np.dtype(dtype)) is None


@pytest.mark.parametrize("name", ["fp32", "FP128", "", None, 5, ["FP32"]])
def test_an_unknown_datatype_is_refused(name):
    with pytest.raises(BadPayload, match=r"^inputs\[0\].datatype: expected one of BOOL, .*, BF16, found "):
        datatypes.find(name, "inputs[0].datatype")


@pytest.mark.parametrize("row", INTEGERS, ids=lambda row: row.name)
@pytest.mark.parametrize("source", ["i8", "u8", "f8"])
def test_integers_within_the_limits_are_kept(row, source):
    limits = np.iinfo(row.dtype)
    lowest = max(limits.min, 0 if source == "u8" else -(2**53))
    highest = min(limits.max, 2**53 if source == "f8" else np.iinfo(source).max)
    found = datatypes.exact(np.array([lowest, 0, highest], source), row, "x")
    assert found.dtype == row.dtype
    assert found.tolist() == [lowest, 0, highest]


@pytest.mark.parametrize("row", INTEGERS, ids=lambda row: row.name)
@pytest.mark.parametrize("wrong", [1.5, math.nan, math.inf, -math.inf, 2.0**64, -(2.0**63) - 4096, True])
def test_what_is_no_such_integer_is_refused(row, wrong):
    array = np.array([wrong] if wrong is True else [1.0, wrong])
    with pytest.raises(BadPayload, match=rf"^x\[{array.size - 1}\]: expected {row.values} \({row.name}\), found "):
        datatypes.exact(array, row, "x")


@pytest.mark.parametrize("row", INTEGERS, ids=lambda row: row.name)
@pytest.mark.parametrize("step", [-1, 1])
def test_an_integer_beyond_the_limits_is_refused(row, step):
    limits = np.iinfo(row.dtype)
    beyond = limits.min - 1 if step < 0 else limits.max + 1
    source = "i8" if beyond < 2**63 else "u8"
    if -(2**63) <= beyond < 2**64:
        with pytest.raises(BadPayload, match=rf"^x\[1\]: .* found {beyond}; send such a value, or another datatype$"):
            datatypes.exact(np.array([[1], [beyond]], source), row, "x")


@pytest.mark.parametrize(("name", "largest"), [("FP16", 70000), ("FP32", 1e39)])
def test_a_float_that_would_become_infinite_is_refused(name, largest):
    with pytest.raises(BadPayload, match=rf"^x\[0\]: expected a number up to .* \({name}\), found {re.escape(str(largest))}"):
        datatypes.exact(np.array([largest]), DATATYPES[name], "x")


@pytest.mark.parametrize("name", ["FP16", "FP32", "FP64"])
def test_floats_are_rounded_and_keep_nan_and_infinity(name):
    found = datatypes.exact(np.array([0.1, math.nan, math.inf], "f8"), DATATYPES[name], "x")
    assert found.dtype == DATATYPES[name].dtype
    np.testing.assert_array_equal(found, np.array([0.1, math.nan, math.inf]).astype(found.dtype))


def test_only_0_and_1_are_booleans():
    assert datatypes.exact(np.array([0, 1]), DATATYPES["BOOL"], "x").tolist() == [False, True]
    with pytest.raises(BadPayload, match=r"^x\[1\]: expected true or false \(BOOL\), found 2;"):
        datatypes.exact(np.array([0, 2]), DATATYPES["BOOL"], "x")
