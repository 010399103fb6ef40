"""seldon_component.component, with the operations and exceptions of user_class: calls and their outcome."""

import numpy as np
import pytest
from seldon_component.component import Component
from seldon_component.errors import BadPayload, ModelError, NotImplementedByModel
from seldon_component.payload import Feedback, Payload
from seldon_component.user_class.service_types import METHODS


class Unspoken:
    """Its arguments have names that say nothing, so that each goes by its place."""

    def predict(self, a, b):
        return {"order": [a, b]}

    transform_input = transform_output = predict

    def route(self, a, b):
        return len(b)

    def aggregate(self, a, b):
        return {"order": [a, b]}

    def score(self, a, b):
        return [len(b)]

    def send_feedback(self, a, b, c, d, e):
        return {"order": [a, b, c, d, e]}


REQUEST = Payload("strData", "X", ["n"])
FEEDBACK = Feedback(REQUEST, Payload(meta={"routing": {"unit": 7, "other": 8}}), 0.5, Payload("strData", "truth"))


@pytest.mark.parametrize(("service_type", "order"), [
    ("MODEL", ["X", ["n"], 0.5, "truth", 7]),
    ("ROUTER", ["X", ["n"], 7, 0.5, "truth"]),
    ("TRANSFORMER", ["X", ["n"], 0.5, "truth", 7]),
    ("COMBINER", ["X", ["n"], 0.5, "truth", 7]),
    ("OUTLIER_DETECTOR", ["X", ["n"], 0.5, "truth", 7]),
])
def test_feedback_has_the_historical_order_of_its_service_type(service_type, order):
    response = Component(Unspoken(), service_type, "unit").call("send_feedback", FEEDBACK)
    assert response.data == {"order": order}


@pytest.mark.parametrize("method", ["predict", "transform_input", "transform_output"])
def test_features_come_before_names(method):
    assert Component(Unspoken(), "MODEL", "unit").call(method, REQUEST).data == {"order": ["X", ["n"]]}


def test_a_combiner_gets_lists():
    response = Component(Unspoken(), "COMBINER", "unit").call("aggregate", [REQUEST, Payload("strData", "Y")])
    assert response.data == {"order": [["X", "Y"], [["n"], []]]}


def test_a_route_and_a_score_have_their_own_forms():
    assert Component(Unspoken(), "ROUTER", "unit").call("route", REQUEST).data.tolist() == [[1]]
    scored = Component(Unspoken(), "OUTLIER_DETECTOR", "unit").call("transform_input", REQUEST)
    assert (scored.data, scored.meta) == ("X", {"tags": {"outlierScore": [1]}})


@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_the_class_lacks_is_named(method):
    class Model:
        def predict(self, X):
            return X
    request = FEEDBACK if method == "send_feedback" else [REQUEST] if method == "aggregate" else REQUEST
    component = Component(Model(), "MODEL", "unit")
    if method == "predict":
        assert component.call(method, request).data == "X"
    elif method == "send_feedback":
        response = component.call(method, request)
        assert (response.kind, response.meta) == (None, {})
    else:
        with pytest.raises(NotImplementedByModel, match=f"Model has no method {method}; it has: predict"):
            component.call(method, request)


def test_no_method_is_called_without_data():
    component = Component(Unspoken(), "MODEL", "unit")
    for method in ("predict", "transform_input", "transform_output", "route"):
        with pytest.raises(BadPayload, match="message: expected one of data, binData, strData, jsonData, found none"):
            component.call(method, Payload())
    with pytest.raises(BadPayload, match=r"seldonMessages\[1\]: expected one of data"):
        component.call("aggregate", [REQUEST, Payload()])


def test_an_array_can_be_written_to_by_the_method():
    class Model:
        def predict(self, X):
            X[0] = 5
            return X
    assert Component(Model(), "MODEL", "unit").call("predict", Payload("ndarray", np.array([1]))).data.tolist() == [5]


class Refused(Exception):
    def __init__(self, status_code, reason=None):
        Exception.__init__(self, "é")
        self.status_code, self.reason = status_code, reason


def failure(error):
    class Model:
        def predict(self, X):
            raise error
    with pytest.raises(ModelError) as caught:
        Component(Model(), "MODEL", "unit").call("predict", Payload("strData", "X", meta={"puid": "p-1"}))
    return caught.value


@pytest.mark.parametrize(("status_code", "kept"), [
    (300, 300), (404, 404), (599, 599), (200, None), (201, None), (299, None), (199, None), (600, None), (0, None), (-1, None), ("404", None), (True, None),
    (404.0, None), (None, None),
])
def test_a_status_code_is_kept_where_it_is_one(status_code, kept):
    found = failure(Refused(status_code, "MINE"))
    assert (str(found), found.status_code) == ("Model.predict raised Refused: é", kept)
    assert found.reason == ("MINE" if kept else "MICROSERVICE_INTERNAL_ERROR")


@pytest.mark.parametrize("reason", [None, 5, ["a"], OSError("x")])
def test_a_reason_that_is_no_text_is_not_kept(reason):
    assert failure(Refused(400, reason)).reason == "MICROSERVICE_INTERNAL_ERROR"


def test_only_the_log_gets_the_traceback_with_the_puid(capsys):
    found = failure(ValueError("secret"))
    assert "Traceback" not in str(found)
    log = capsys.readouterr().err
    assert log.startswith("Model.predict raised (puid p-1):\n  Traceback (most recent call last):\n")
    assert log.endswith("  ValueError: secret\n")


@pytest.mark.parametrize(("attribute", "described"), [
    ("class_names", "class_names"), ("feature_names", "feature_names"), ("init_metadata", "inputs"),
])
def test_a_description_whose_code_raises_is_empty_and_logged(attribute, described, capsys):
    def fail(self):
        raise ValueError("not before the first call")
    cls = type("Mine", (), {"predict": lambda self, X: X, attribute: fail})
    assert Component(cls(), "MODEL", "unit").describe()[described] == []
    log = capsys.readouterr().err
    assert log.startswith(f"Mine.{attribute} raised:\n  Traceback")
    assert log.count("ValueError: not before the first call") == 1
