"""Tensors of every datatype and shape come back from a class that returns them: each form, both modes, each Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support.contract_servers import COLUMNS
from support.v2_forms import DTYPES, Binary, Json, Raw, Typed

FORMS = (Json, Binary, Typed, Raw)
SHAPES = st.sampled_from([(), (0,), (0, 3), (2, 0), (1,), (2, 1), (1, 1, 2, 2)]) | npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
EXAMPLES = 2  # of each datatype


@pytest.fixture(scope="module", params=COLUMNS, ids=str)
def server(request, serve):
    return serve("Echo", request.param)


@pytest.fixture(params=FORMS, ids=lambda form: form.__name__)
def form(request, server):
    opened = request.param(server)
    yield opened
    opened.close()


def elements_of(datatype, has_every_value):
    if datatype == "BYTES":
        texts: Any = st.text(max_size=4).map(str.encode)
        return texts | st.binary(max_size=4) if has_every_value else texts
    dtype = np.dtype(DTYPES[datatype])
    finite: dict[str, Any] = {"allow_nan": False, "allow_infinity": False} if dtype.kind == "f" and not has_every_value else {}
    return npst.from_dtype(dtype, **finite)


@settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_tensor_of_each_datatype_comes_back(form, data):
    for datatype in form.datatypes:
        array = data.draw(npst.arrays(DTYPES[datatype], SHAPES, elements=elements_of(datatype, form.has_every_value)), datatype)
        found_datatype, found = form.echo(datatype, array)
        assert (found_datatype, found.shape) == (datatype, array.shape)
        np.testing.assert_array_equal(found, array, strict=True)


@pytest.mark.parametrize("shape", [(), (0, 3), (2, 1, 3, 2)], ids=str)
def test_a_tensor_of_each_shape_comes_back(form, shape):
    for datatype in form.datatypes:
        elements: Any = [b"a", "\u00e9".encode()] if datatype == "BYTES" else [0, 1]
        array = np.resize(np.array(elements, DTYPES[datatype]), shape)
        found_datatype, found = form.echo(datatype, array)
        assert (found_datatype, found.shape) == (datatype, shape)
        np.testing.assert_array_equal(found, array, strict=True)
