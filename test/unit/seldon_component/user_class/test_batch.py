"""seldon_component.user_class.batch: a batch changes no response of a class that treats each row by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpys
from seldon_component.component import Component
from seldon_component.errors import CallError
from seldon_component.payload import GRPC, REST, Payload
from seldon_component.user_class import batch
from seldon_runtime.codec import json_codec, proto_codec


class Frame:
    """Whatever numpy can read, as a DataFrame."""

    def __init__(self, rows):
        self._rows = rows

    def __array__(self, dtype=None, copy=None):
        return np.array(self._rows, dtype=object)

    def __len__(self):
        return len(self._rows)


class Rich:
    """A value with tags and metrics of its own."""

    def __init__(self, data):
        self.data = data
        self.tags = {"rich": True}
        self.metrics = []


def labels(X):
    return ["low" if row.sum() < 0 else "very high" for row in X]


# functions of a matrix that treat each row by itself
ROW_WISE = {
    "identity": lambda X: X,
    "in place": lambda X: np.negative(X, out=X) if X.dtype.kind in "if" else X,
    "other dtype": lambda X: (X > 1).astype(np.float32),
    "bools": lambda X: X > 0,
    "one number a row": lambda X: X.argmax(axis=1) if X.shape[1] else np.zeros(len(X)),
    "more columns": lambda X: np.hstack([X, X]),
    "three dimensions": lambda X: X[:, :, None],
    "lists": lambda X: X.tolist(),
    "tuples": lambda X: tuple(map(tuple, X.tolist())),
    "numbers that are whole or not": lambda X: [int(row.sum() > 0) or 0.5 for row in X],
    "labels": labels,
    "labels, as an array": lambda X: np.array(labels(X)),
    "labels, as objects": lambda X: np.array(labels(X), dtype=object),
    "mixed": lambda X: [[label, 1] for label in labels(X)],
    "labels or numbers": lambda X: [label if label == "low" else 1 for label in labels(X)],
    "nothing for some": lambda X: [None if label == "low" else 1.5 for label in labels(X)],
    "ragged": lambda X: [[1] * (1 + (label == "low")) for label in labels(X)],
    "dicts": lambda X: [{"label": label} for label in labels(X)],
    "frame": lambda X: Frame(X.tolist()),
    "rich": lambda X: Rich(X),
}


class Model:
    class_names = None

    def __init__(self, function):
        self._function = function

    def predict(self, X, features_names):
        return self._function(X)

    def tags(self):
        return {"own": 1}


def call(function, method, request):
    """The response of a new component, or the text of its error."""
    try:
        return Component(Model(function), "MODEL", "unit").call(method, request)
    except CallError as error:
        return str(error)


def copy(request):
    return Payload(request.kind, request.data.copy(), request.names, request.meta)


@st.composite
def requests(draw):
    """Some that can be stacked."""
    dtype = np.dtype(draw(st.sampled_from(["?", "u1", "i4", "i8", "f4", "f8"])))
    width, kind = draw(st.integers(0, 3)), draw(st.sampled_from(["tensor", "ndarray", "tftensor"]))
    names = draw(st.sampled_from([[], ["a"] * width]))
    heights = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    return [Payload(kind, draw(numpys.arrays(dtype, (height, width))), names,
                    draw(st.sampled_from([{}, {"puid": f"p{index}"},
                                          {"puid": "p", "tags": {"own": index, "n": index}}])))
            for index, height in enumerate(heights)]


@pytest.mark.parametrize("name", ROW_WISE)
@given(stackable=requests())
def test_a_response_in_a_batch_is_the_response_alone(name, stackable):
    assert len({batch.likeness(request) for request in stackable}) == 1
    alone = [call(ROW_WISE[name], "predict", copy(request)) for request in stackable]
    together = call(ROW_WISE[name], batch.METHOD, [copy(request) for request in stackable])
    if isinstance(together, str):
        assert any(isinstance(one, str) for one in alone)
        return
    assert [json_codec.encode(one) for one in together] == [json_codec.encode(one) for one in alone]
    assert [proto_codec.encode(one) for one in together] == [proto_codec.encode(one) for one in alone]


MATRIX = Payload("tensor", np.ones((2, 3)), ["a", "b", "c"])


def with_data(data, kind="tensor", names=("a", "b", "c")):
    return Payload(kind, data, list(names))


@pytest.mark.parametrize("other", [
    with_data(np.ones((2, 3)), kind="ndarray"), with_data(np.ones((2, 3), dtype=np.float32)),
    with_data(np.ones((2, 4))),
    with_data(np.ones((2, 3)), names=()), with_data(np.ones((2, 3)), names=("a", "c", "b")),
], ids=["kind", "dtype", "width", "no names", "order of names"])
def test_matrices_that_differ_are_not_stacked(other):
    assert batch.likeness(other) not in (batch.likeness(MATRIX), None)


@pytest.mark.parametrize("other", [
    with_data(np.ones(3)), with_data(np.ones((2, 3, 1))), with_data(np.empty((0, 3))),
    with_data(np.array([["a", "b", "c"]])),
    with_data(np.array([["a", 1, None]], dtype=object)), Payload("strData", "text"), Payload("jsonData", [[1, 2, 3]]),
    Payload("binData", b"abc"), Payload(),
], ids=["1-D", "3-D", "no rows", "text", "objects", "strData", "jsonData", "binData", "nothing"])
def test_only_matrices_of_numbers_are_stacked(other):
    assert batch.likeness(other) is None


def test_rows_of_different_numbers_are_stacked():
    assert batch.likeness(with_data(np.zeros((7, 3)))) == batch.likeness(MATRIX)


@pytest.mark.parametrize(("function", "found"), [
    (lambda X: X[:1], "1"), (lambda X: X[0, 0], "array(1.)"), (lambda X: "text", "'text'"),
    (lambda X: b"four", "b'four'"), (lambda X: {"a": 1}, "an object"), (lambda X: None, "null"),
    (lambda X: np.float64(1), "array(1.)"), (lambda X: [[1], [2]], "2"), (lambda X: np.array(5), "array(5)"),
], ids=["one row", "number", "text", "bytes as many as rows", "dict", "None", "numpy number", "list", "no dimensions"])
def test_a_result_that_is_not_row_by_row_is_an_error_of_the_batch(function, found):
    text = f"predict: expected 4 rows, one for each row of the batch, found {found}"
    assert call(function, batch.METHOD, [copy(MATRIX), copy(MATRIX)]) == text


class Counting(Model):
    calls = 0

    def metrics(self):
        self.calls += 1
        return [{"key": "calls", "value": self.calls}]


def test_metrics_are_called_once_and_are_in_the_first_response():
    component = Component(Counting(lambda X: X), "MODEL", "unit")
    first, second, third = component.call(batch.METHOD, [copy(MATRIX) for _ in range(3)])
    assert first.meta["metrics"] == [{"key": "calls", "type": "COUNTER", "value": 1}]
    assert (second.meta["metrics"], third.meta["metrics"]) == ([], [])


class TakesMeta:
    def predict(self, X, names, meta):
        return X


class TakesAnything:
    def predict(self, X, names, **kwargs):
        return X


class HasRaw(Model):
    def predict_raw(self, msg):
        return msg


class HasGrpc(Model):
    def predict_grpc(self, msg):
        return msg


class HasAll(Model):
    def predict_rest(self, msg):
        return msg

    predict_grpc = predict_rest


@pytest.mark.parametrize(("user", "wires"), [
    (Model(None), [GRPC, REST]), (Counting(None), [GRPC, REST]), (TakesMeta(), []), (TakesAnything(), []),
    (HasRaw(None), []),
    (HasGrpc(None), [REST]), (HasAll(None), []),
], ids=lambda value: type(value).__name__ if not isinstance(value, list) else "")
def test_a_component_tells_for_which_wires_requests_can_be_stacked(user, wires):
    assert Component(user, "MODEL", "unit").describe()["batches"] == wires


def test_each_response_of_a_batch_carries_on_what_its_request_brought():
    class Model:
        def predict(self, X):
            return X

        def metrics(self):
            return [{"key": "own", "type": "GAUGE", "value": 1}]

    component = Component(Model(), "MODEL", "unit", "img:1")
    metas = [{"puid": str(n), "requestPath": {"u": str(n)}, "metrics": [{"key": str(n), "type": "GAUGE", "value": 1}]}
             for n in range(2)]
    found = component.call(batch.METHOD, [Payload("ndarray", np.array([[n]]), meta=metas[n]) for n in range(2)])
    assert [response.meta["requestPath"] for response in found] == [{"u": "0", "unit": "img:1"}, {"u": "1", "unit": "img:1"}]
    assert [[metric["key"] for metric in response.meta["metrics"]] for response in found] == [["0", "own"], ["1"]]
    assert [response.meta["puid"] for response in found] == ["0", "1"]
