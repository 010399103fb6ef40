"""What the class returns to a request of the Open Inference Protocol keeps its dtype, and bytes stay bytes."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from seldon_component.component import Component
from seldon_component.errors import ModelError
from seldon_component.payload import REST, V2TENSOR, V2TENSORS, Payload
from seldon_component.user_class import batch

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]
SOURCE = Path(__file__).resolve().parents[4] / "runtime"


class Frame:
    """What a DataFrame of pandas or polars has."""

    __module__ = "pandas.frame"

    def __init__(self, **columns):
        self._columns = columns

    @property
    def columns(self):
        return list(self._columns)

    @property
    def iloc(self):
        return self

    def __getitem__(self, key):
        return list(self._columns.values())[key[1]]

    def __array__(self, dtype=None, copy=None):
        return np.column_stack(list(self._columns.values()))


Frame.__name__ = "DataFrame"


class Returning:
    def __init__(self, value):
        self.predict = lambda X: value


def response(value, method="predict", request=None, wire=REST):
    component = Component(value if hasattr(value, "predict") else Returning(value), "MODEL", "0")
    return component.call(method, request or Payload(V2TENSOR, np.ones((1, 2))), wire)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (2,), (1, 2, 3)])
def test_an_array_keeps_its_dtype_and_shape(dtype, shape):
    found = response(np.ones(shape, dtype))
    assert (found.kind, found.data.dtype, found.data.shape, found.names) == (V2TENSOR, dtype, shape, [])


@pytest.mark.parametrize(
    ("value", "kind", "data"),
    [
        (5, V2TENSOR, [5]),
        (np.float32(0.5), V2TENSOR, [0.5]),
        ([[1, 2]], V2TENSOR, [[1, 2]]),
        ([b"\xff", b"a"], V2TENSOR, [b"\xff", b"a"]),
        (np.array([b"\xff", b"a"]), V2TENSOR, [b"\xff", b"a"]),
        (np.array(["a\0", b"\xff"], object), V2TENSOR, ["a\0", b"\xff"]),
        (np.array([bytearray(b"a"), "t"], object), V2TENSOR, [b"a", "t"]),
        (np.array([1, 2], object), V2TENSOR, [1, 2]),
        (np.array(["2020-01-02"], "M8[D]"), V2TENSOR, ["2020-01-02"]),
        (np.array([["a", 1, None]], object), V2TENSOR, [["a", 1, None]]),
    ],
)
def test_other_values_become_arrays_without_a_change(value, kind, data):
    found = response(value)
    assert (found.kind, found.data.tolist()) == (kind, data)


@pytest.mark.parametrize(("value", "kind"), [("t", "strData"), (b"\xff", "binData"), ({"a": [1]}, "jsonData"), ({}, "jsonData")])
def test_text_bytes_and_dicts_are_what_they_are(value, kind):
    found = response(value)
    assert (found.kind, found.data) == (kind, value)


TWO = {"a": np.array([1, 2], "i2"), "b": np.array(["x", "y"], object)}


@pytest.mark.parametrize("value", [TWO, Frame(**TWO)])
def test_a_dict_of_arrays_and_a_frame_are_several_tensors(value):
    found = response(value)
    assert (found.kind, found.names) == (V2TENSORS, ["a", "b"])
    assert [(one.dtype.name, one.tolist()) for one in found.data] == [("int16", [1, 2]), ("object", ["x", "y"])]


def test_complex_numbers_are_an_error():
    with pytest.raises(ModelError, match="^outputs: expected numbers, text or dates, found an array of dtype complex128; convert it$"):
        response(np.ones(1, complex))


def test_the_class_may_write_into_the_array_that_it_gets():
    sent = np.frombuffer(b"\0" + bytes(8), np.float32, offset=1)

    class Writing:
        def predict(self, X):
            X += 1
            return X

    assert response(Writing(), request=Payload(V2TENSOR, sent)).data.tolist() == [1, 1]
    assert sent.tolist() == [0, 0]


def test_an_array_that_may_be_written_to_is_not_copied():
    sent, got = np.ones(3), []

    class Keeping:
        def predict(self, X):
            got.append(X)
            return 1

    response(Keeping(), request=Payload(V2TENSOR, sent))
    assert got[0] is sent


def test_several_tensors_are_a_dict_for_the_class():
    class Adding:
        def predict(self, X):
            return X["a"] + X["b"]

    assert response(Adding(), request=Payload(V2TENSORS, (np.array([1]), np.array([2])), ["a", "b"])).data.tolist() == [3]


def test_class_names_are_there_but_no_numbered_ones():
    class Named:
        class_names = ["no", "yes"]

        def predict(self, X):
            return X

    assert list(response(Named()).names) == ["no", "yes"]


@pytest.mark.parametrize(("array", "data"), [
    (np.array([[1, 2]], "i2"), {"tensor": {"shape": [1, 2], "values": [1, 2]}}),
    (np.array([["a"]], object), {"ndarray": [["a"]]}),
    (np.array([True]), {"ndarray": [True]}),
])
def test_a_hook_for_whole_messages_gets_one_of_seldons(array, data):
    class Raw:
        def predict_raw(self, request):
            return {"jsonData": request}

        predict = predict_raw

    found = response(Raw(), request=Payload(V2TENSOR, array, ["x"], {"puid": "p", "parameters": {"a": 1}})).data
    assert found == {"data": {"names": ["x"], **data}, "meta": {"puid": "p", "parameters": {"a": 1}}}


def in_batch(value, *arrays):
    requests = [Payload(V2TENSOR, array, [], {"puid": str(number)}) for number, array in enumerate(arrays)]
    return Component(Returning(value), "MODEL", "0").call(batch.METHOD, requests)


@pytest.mark.parametrize("value", [
    {"a": np.array([1, 2, 3], "i2"), "b": np.array([[1], [2], [3]], "f4")},
    Frame(a=np.array([1, 2, 3], "i2"), b=np.array([[1], [2], [3]], "f4")),
])
def test_a_batch_of_several_tensors_is_split_by_rows(value):
    first, second = in_batch(value, np.ones((1, 2, 2)), np.ones((2, 2, 2)))
    assert [[one.dtype.name, one.tolist()] for one in first.data] == [["int16", [1]], ["float32", [[1]]]]
    assert [[one.dtype.name, one.tolist()] for one in second.data] == [["int16", [2, 3]], ["float32", [[2], [3]]]]
    assert (first.names, second.meta) == (["a", "b"], {"puid": "1"})


def test_a_batch_of_tensors_without_a_row_for_each_row_is_an_error():
    with pytest.raises(ModelError, match=r"^predict: 'a': expected 2 rows, one for each row of the batch, found shape \[1\]$"):
        in_batch({"a": np.ones(1)}, np.ones((1, 2)), np.ones((1, 2)))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (Payload(V2TENSOR, np.ones((1, 2, 2), "f4")), Payload(V2TENSOR, np.ones((3, 2, 2), "f4")), True),
        (Payload(V2TENSOR, np.ones((1, 2), "f4")), Payload(V2TENSOR, np.ones((1, 2), "f8")), False),
        (Payload(V2TENSOR, np.ones((1, 2, 2))), Payload(V2TENSOR, np.ones((1, 2, 3))), False),
        (Payload(V2TENSOR, np.ones((1, 2)), ["a", "b"]), Payload(V2TENSOR, np.ones((1, 2)), ["b", "a"]), False),
        (Payload(V2TENSOR, np.ones((1, 2))), Payload("tensor", np.ones((1, 2))), False),
    ],
)
def test_only_requests_of_one_dtype_trailing_shape_and_names_share_a_batch(one, other, alike):
    assert (batch.likeness(one) == batch.likeness(other)) == alike


@pytest.mark.parametrize("request_", [Payload(V2TENSOR, np.ones(3)), Payload(V2TENSOR, np.ones(())), Payload("tensor", np.ones((1, 2, 2)))])
def test_an_array_without_rows_and_columns_goes_alone(request_):
    assert batch.likeness(request_) is None


def test_text_of_python_2_is_text_and_its_bytes_are_bytes(model_python_of):
    code = ("import sys; sys.path.insert(0, sys.argv[1])\nimport numpy as np\n"
            "from seldon_component.user_class import v2_responses\n"
            "for value in (np.array(['caf\\xc3\\xa9', '\\xff'], object), np.array(['a']), ['\\xff']):\n"
            "    print([type(one).__name__ for one in v2_responses.classify(value, None, 'm')[1].tolist()])")
    done = subprocess.run([model_python_of("2.7"), "-c", code, SOURCE], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['unicode', 'str']", "['unicode']", "['str']"]
