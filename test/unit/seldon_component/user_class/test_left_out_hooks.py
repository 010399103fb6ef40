"""Methods that only have the name of a hook: they are left out, with one warning each."""

from typing import Any

import pytest
from seldon_component.errors import NoMainMethod
from seldon_component.payload import Payload
from seldon_component.user_class.loader import construct
from support.user_classes import WIRES, request_for, serving

WARNED = {
    "tags": "document", "metrics": "y_true, y_pred", "class_names": "language", "feature_names": "language",
    "health_status": "verbose", "init_metadata": "source", "predict_raw": "message, options",
    "send_feedback_rest": "message, options", "send_feedback": "a, b, c, d, e, f", "health_status_raw": "verbose",
}
SILENT = {"score": "X, y, threshold", "route": "a, b, c", "aggregate": "values, names, how",
          "transform_input": "X, names, scaler"}


def model(name, arguments, body="return 1 / 0"):
    scope: dict[str, Any] = {}
    exec(f"class Mine:\n    def predict(self, X, names): return X\n    def {name}(self, {arguments}): {body}", scope)
    return scope["Mine"]


@pytest.mark.parametrize("name", WARNED)
def test_an_optional_hook_that_nothing_can_fill_is_left_out_with_one_warning(name, capsys):
    component = serving(model(name, WARNED[name]))
    for wire in WIRES:
        assert component.call("predict", request_for("predict"), wire).data.tolist() == [[1, 2]]
        component.call("health_status", Payload(), wire)
        component.call("send_feedback", request_for("send_feedback"), wire)
    component.describe()
    log = capsys.readouterr().err
    assert log.count("\n") == 1
    assert log.startswith(f"Mine.{name} has an argument '") and log.endswith(". So it is not called\n")


@pytest.mark.parametrize("name", SILENT)
def test_a_method_of_another_service_type_that_nothing_can_fill_is_no_hook(name, capsys):
    component = serving(model(name, SILENT[name]))
    assert component.describe()["methods"] == ["predict"]
    assert capsys.readouterr().err == ""


def test_a_load_that_nothing_can_fill_is_left_out(capsys):
    assert construct(model("load", "path"), {}, "/nowhere")
    assert capsys.readouterr().err == (
        "Mine.load has an argument 'path' that nothing fills; give it a default, or give the method another name. "
        "So it is not called\n")


def test_a_generator_is_no_hook(capsys):
    assert serving(model("tags", "", "yield 1")).call("predict", request_for("predict")).meta["tags"] == {"a": True}
    assert capsys.readouterr().err == (
        "Mine.tags: expected a method that returns a value, found a generator; replace `yield`. So it is not called\n")


@pytest.mark.parametrize(("arguments", "body"), [("X, names, threshold", "return X"), ("X, names", "yield X")])
@pytest.mark.parametrize("name", ["predict", "predict_raw"])
def test_a_main_method_that_cannot_be_called_ends_the_start(name, arguments, body):
    arguments = arguments if name == "predict" else "message" + arguments[8:]
    scope: dict[str, Any] = {}
    exec(f"class Mine:\n    def {name}(self, {arguments}): {body}", scope)
    with pytest.raises(NoMainMethod, match=f"Mine.{name}"):
        serving(scope["Mine"])


@pytest.mark.parametrize("method", ["transform_input", "transform_output"])
def test_a_transformer_that_transforms_nothing_passes_messages_through_with_one_warning(method, capsys):
    cls = type("Mine", (), {"tags": lambda self: {"own": 1}})
    response = serving(cls, "TRANSFORMER").call(method, request_for("predict"))
    assert (response.data.tolist(), response.names, response.meta) == (
        [[1, 2]], ["x", "y"], {"puid": "p", "tags": {"a": True, "own": 1}})
    assert capsys.readouterr().err == (
        "SERVICE_TYPE=TRANSFORMER needs a method transform_input or transform_output, which class Mine lacks. "
        "Methods found: tags; write transform_input or transform_output. So all messages pass through\n")
