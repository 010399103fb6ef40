"""seldon_component.user_class.operations: health_status, init_metadata and custom data."""

import sys

import numpy as np
import pytest
from google.protobuf import any_pb2
from seldon_component.errors import ModelError
from seldon_component.payload import GRPC, Payload
from support.user_classes import serving


@pytest.mark.parametrize(
    ("value", "kind", "data"),
    [("fine", "strData", "fine"), ({"queue": 3}, "jsonData", {"queue": 3}), ([1], "tensor", [1])],
)
def test_health_status_is_a_response_like_a_prediction(value, kind, data):
    cls = type("Mine", (), {"predict": lambda self, X, names: X, "health_status": lambda self: value})
    response = serving(cls).call("health_status", Payload())
    assert (response.kind, getattr(response.data, "tolist", lambda: response.data)()) == (kind, data)


def test_health_status_raw_comes_first():
    cls = type(
        "Mine",
        (),
        {
            "predict": lambda self, X, names: X,
            "health_status": lambda self: "plain",
            "health_status_raw": lambda self: {"strData": "raw"},
        },
    )
    assert serving(cls).call("health_status", Payload()).data == "raw"


def test_a_component_that_is_not_healthy_chooses_its_status():
    class Ill(Exception):
        status_code, reason = 503, "NO_DISK"

    def health_status(self):
        raise Ill("disk full")

    cls = type("Mine", (), {"predict": lambda self, X, names: X, "health_status": health_status})
    with pytest.raises(ModelError, match="disk full") as error:
        serving(cls).call("health_status", Payload())
    assert (error.value.status_code, error.value.reason) == (503, "NO_DISK")


def test_metadata_is_what_init_metadata_returns_in_plain_values():
    cls = type("Mine", (), {"predict": lambda self, X, names: X, "init_metadata": lambda self: {"versions": ("v1",)}})
    response = serving(cls).call("metadata", Payload())
    assert (response.kind, response.data) == ("jsonData", {"versions": ["v1"]})


def tensor_in_bytes(offset):
    """A tensor in the bytes of a request: neither writable nor aligned, or with an offset of 0 just not writable."""
    return np.frombuffer(b"." * offset + np.array([1.0, 2.0]).tobytes(), offset=offset)


@pytest.mark.parametrize("offset", [0, 3])
@pytest.mark.parametrize("kind", ["tensor", "v2tensor"])
def test_a_class_may_write_into_its_array(kind, offset):
    class Mine:
        def predict(self, X, names):
            assert X.flags.aligned
            X += 1
            return X

    assert serving(Mine).call("predict", Payload(kind, tensor_in_bytes(offset))).data.tolist() == [2, 3]


def test_a_class_may_write_into_each_of_its_arrays():
    class Mine:
        def predict(self, X, names):
            for array in X.values():
                array += 1
            return X["a"]

    two = (tensor_in_bytes(0), tensor_in_bytes(3))
    assert serving(Mine).call("predict", Payload("v2tensors", two, ["a", "b"])).data.tolist() == [2, 3]


def test_what_a_detector_writes_into_its_array_is_in_the_response():
    class Mine:
        def score(self, X, names):
            X += 1
            return [0]

    response = serving(Mine, "OUTLIER_DETECTOR").call("transform_input", Payload("tensor", tensor_in_bytes(0)))
    assert response.data.tolist() == [2, 3]


@pytest.mark.parametrize("method", ["predict", "transform_input", "aggregate"])
def test_custom_data_is_an_any_for_the_class_and_stays_custom_data(method):
    class Mine:
        def predict(self, X, names):
            return self.renamed(X)

        transform_input = predict

        def aggregate(self, messages, names):
            return self.renamed(messages[0])

        def renamed(self, message):
            return type(message)(type_url=message.type_url + "/new", value=message.value)

    sent = any_pb2.Any(type_url="a", value=b"\0")
    request = Payload("customData", sent.SerializeToString())
    response = serving(Mine).call(method, [request] if method == "aggregate" else request, GRPC)
    assert (response.kind, any_pb2.Any.FromString(response.data)) == (
        "customData", any_pb2.Any(type_url="a/new", value=b"\0"))


def test_custom_data_is_bytes_for_a_class_without_protobuf(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.protobuf", None)
    cls = type("Mine", (), {"predict": lambda self, X, names: X + b"!"})
    response = serving(cls).call("predict", Payload("customData", b"any"), GRPC)
    assert (response.kind, response.data) == ("customData", b"any!")
