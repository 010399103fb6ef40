"""seldon_component.user_class.message_hooks: `*_raw`, `*_rest` and `*_grpc`, over both wires."""

import numpy as np
import pytest
from seldon_component.errors import ModelError, NotImplementedByModel
from seldon_component.payload import GRPC, REST, Payload
from seldon_component.proto import classes
from seldon_component.user_class.service_types import METHODS, check_class
from support.user_classes import WIRES, recorder, request_for, serving

LISTED = {"seldonMessages": [{"strData": "a", "meta": {}}, {"strData": "b", "meta": {}}]}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("wire", "suffix"), [(REST, "_raw"), (REST, "_rest"), (GRPC, "_raw"), (GRPC, "_grpc")])
def test_every_method_has_hooks_for_whole_messages(method, wire, suffix):
    cls = recorder(method + suffix, "predict")
    assert serving(cls).call(method, request_for(method), wire).data == method + suffix
    assert [name for name, _ in cls.got] == [method + suffix]


@pytest.mark.parametrize("wire", WIRES)
def test_the_first_hook_alone_gets_the_request(wire):
    cls = recorder("predict_raw", "predict_rest", "predict_grpc", "predict")
    serving(cls).call("predict", request_for("predict"), wire)
    assert [name for name, _ in cls.got] == ["predict_raw"]


@pytest.mark.parametrize(("wire", "name"), [(REST, "predict_grpc"), (GRPC, "predict_rest")])
def test_a_hook_of_the_other_wire_is_not_called(wire, name):
    with pytest.raises(NotImplementedByModel):
        serving(recorder(name)).call("predict", request_for("predict"), wire)


def test_over_rest_a_hook_gets_the_message_as_plain_values():
    cls = recorder("predict_raw")
    serving(cls).call("predict", request_for("predict"), REST)
    assert cls.got == [
        (
            "predict_raw",
            {"data": {"names": ["x", "y"], "ndarray": [[1, 2]]}, "meta": {"puid": "p", "tags": {"a": True}}},
        )
    ]


def test_over_rest_a_hook_gets_binary_data_as_base64():
    cls = recorder("predict_raw")
    serving(cls).call("predict", Payload("binData", b"\0"), REST)
    assert cls.got[0][1] == {"binData": "AA==", "meta": {}}


def test_over_rest_a_hook_gets_a_list_or_a_feedback():
    cls = recorder("aggregate_raw", "send_feedback_raw")
    for method in ("aggregate", "send_feedback"):
        serving(cls, "COMBINER").call(method, request_for(method), REST)
    assert dict(cls.got) == {
        "aggregate_raw": LISTED,
        "send_feedback_raw": {
            "request": {"strData": "q", "meta": {"puid": "p"}},
            "response": {"meta": {"routing": {"unit": 1}}},
            "reward": 0.5,
            "truth": {"strData": "t", "meta": {}},
        },
    }


@pytest.mark.parametrize(
    ("method", "name"),
    [("predict", "SeldonMessage"), ("aggregate", "SeldonMessageList"), ("send_feedback", "Feedback")],
)
def test_over_grpc_a_hook_gets_the_method_s_own_message(method, name):
    cls = recorder(f"{method}_raw", "aggregate_raw")
    serving(cls, "COMBINER").call(method, request_for(method), GRPC)
    assert cls.got[0][1].DESCRIPTOR.full_name == f"seldon.protos.{name}"


def test_over_grpc_a_hook_gets_the_whole_message():
    cls = recorder("predict_raw", "send_feedback_raw")
    serving(cls).call("predict", request_for("predict"), GRPC)
    serving(cls).call("send_feedback", request_for("send_feedback"), GRPC)
    message, feedback = (got for _, got in cls.got)
    assert list(message.data.ndarray.values[0].list_value.values[1:])[0].number_value == 2
    assert (list(message.data.names), message.meta.puid, message.meta.tags["a"].bool_value) == (["x", "y"], "p", True)
    assert (feedback.request.strData, feedback.truth.strData, feedback.reward) == ("q", "t", 0.5)
    assert feedback.response.meta.routing["unit"] == 1


@pytest.mark.parametrize("wire", WIRES)
def test_a_hook_may_return_a_dict_of_numpy_values(wire):
    tensor = {"shape": (1, 1), "values": np.ones(1)}
    cls = recorder("predict_raw", returned={"data": {"names": ("a",), "tensor": tensor}})
    response = serving(cls).call("predict", request_for("predict"), wire)
    assert (response.kind, response.names, response.data.tolist()) == ("tensor", ["a"], [[1.0]])


@pytest.mark.parametrize("wire", WIRES)
def test_a_hook_may_return_protobuf(wire):
    message = classes.message_class("SeldonMessage")(strData="é")
    assert serving(recorder("predict_raw", returned=message)).call("predict", request_for("predict"), wire).data == "é"


@pytest.mark.parametrize("wire", WIRES)
def test_the_puid_comes_back_unless_the_hook_has_its_own(wire):
    for meta, puid in (({}, "p"), ({"puid": "mine"}, "mine")):
        cls = recorder("predict_raw", returned={"strData": "", "meta": meta})
        assert serving(cls).call("predict", request_for("predict"), wire).meta == {"puid": puid}


@pytest.mark.parametrize("flag", ["FAILURE", 1])
def test_a_hook_s_status_stays_with_its_message(flag):
    cls = recorder("predict_raw", returned={"status": {"code": 418, "reason": "TEAPOT", "status": flag}})
    response = serving(cls).call("predict", request_for("predict"))
    assert response.status == {"code": 418, "reason": "TEAPOT", "status": "FAILURE"}


def test_send_feedback_hooks_may_return_nothing():
    class Silent:
        def predict(self, X, names): ...

        def send_feedback_rest(self, feedback):
            return None

    assert serving(Silent).call("send_feedback", request_for("send_feedback")).kind is None


@pytest.mark.parametrize(
    ("returned", "info"),
    [
        (5, "predict_raw: expected a message, as a dict or in protobuf, found a value of type int"),
        ({"data": {}},
         "predict_raw returned a message that cannot be sent: data: expected one of tensor, ndarray, tftensor"),
        ({"predictions": [1]}, "predict_raw returned a message that cannot be sent: message: expected one of data, "
                               "binData, strData, jsonData, found predictions"),
        ({"meta": {}, "b": 1, "a": None}, "message: expected one of data, binData, strData, jsonData, found a, b"),
        ({"strData": 5}, "predict_raw returned a message that cannot be sent: strData: expected text, found 5"),
        ({"status": {"code": "x"}}, "status.code: expected an integer, found 'x'"),
        ({"status": {"status": "FINE"}}, "status.status: expected SUCCESS or FAILURE, or their numbers 0 and 1"),
        ({"strData": object()}, "strData: expected numbers, text, dates, lists or dicts, found a value of type object; convert it"),
    ],
)
def test_a_hook_that_returns_no_message_is_the_model_s_error(returned, info):
    with pytest.raises(ModelError) as error:
        serving(recorder("predict_raw", returned=returned)).call("predict", request_for("predict"))
    assert info in str(error.value)


@pytest.mark.parametrize("suffix", ["_raw", "_rest", "_grpc"])
def test_a_class_may_have_nothing_but_message_hooks(suffix):
    check_class(recorder(f"predict{suffix}"), "MODEL")
    assert serving(recorder(f"predict{suffix}")).describe()["methods"] == ["predict"]
    assert "SERVICE_TYPE: expected MODEL" in check_class(recorder(f"predict{suffix}"), "ROUTER").remark


@pytest.mark.parametrize("returned", [[1], (1,), 1, 1.0, np.int64(1), np.array([[1]])])
@pytest.mark.parametrize("wire", WIRES)
def test_a_route_hook_may_return_a_bare_branch(returned, wire):
    response = serving(recorder("route_raw", returned=returned), "ROUTER").call("route", request_for("route"), wire)
    assert (response.kind, response.data.tolist(), response.meta) == ("tensor", [[1]], {"puid": "p"})


def test_a_route_hook_that_returns_no_branch_is_the_model_s_error():
    with pytest.raises(ModelError, match=r"route_raw: expected an integer \(a branch, .*\), found a list"):
        serving(recorder("route_raw", returned=[0, 1]), "ROUTER").call("route", request_for("route"))


def test_keys_that_no_message_has_are_left_out_beside_others():
    cls = recorder("predict_raw", returned={"strData": "x", "extra": 1})
    response = serving(cls).call("predict", request_for("predict"))
    assert (response.data, response.others) == ("x", None)
