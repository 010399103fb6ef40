"""seldon_core's base class: the hooks that it only announces are absent. An error of a class's own code is an error."""

import pytest
from seldon_component.errors import LoadFailed, ModelError, NoMainMethod, NotImplementedByModel
from seldon_component.payload import Payload
from seldon_component.user_class.loader import construct
from seldon_component.user_class.service_types import METHODS, check_class
from support.user_classes import WIRES, request_for, serving


# a class as the package seldon_core defines it
class SeldonNotImplementedError(Exception):
    status_code = 400


def says_nothing(self, *args, **kwargs):
    raise SeldonNotImplementedError("not implemented")


HOOKS = [
    *METHODS,
    *(f"{method}_raw" for method in METHODS),
    "tags",
    "metrics",
    "class_names",
    "feature_names",
    "load",
    "health_status",
    "health_status_raw",
    "init_metadata",
    "metadata",
    "custom_service",
]
SeldonComponent = type(
    "SeldonComponent", (), {"__module__": "seldon_core.user_model", **dict.fromkeys(HOOKS, says_nothing)}
)
NOT_IMPLEMENTED = [NotImplementedError("later"), SeldonNotImplementedError("later")]


@pytest.mark.parametrize("wire", WIRES)
def test_hooks_that_the_base_class_only_declares_are_absent(wire):
    class Mine(SeldonComponent):  # type: ignore[misc,valid-type]
        def predict(self, X, names, meta=None):
            return X

    response = serving(Mine).call("predict", request_for("predict"), wire)
    assert (response.data.tolist(), response.names, response.meta["tags"]) == ([[1, 2]], ["t:0", "t:1"], {"a": True})
    assert serving(Mine).call("send_feedback", request_for("send_feedback"), wire).kind is None
    assert serving(Mine).call("health_status", Payload(), wire).data == "healthy"
    with pytest.raises(NotImplementedByModel):
        serving(Mine).call("metadata", Payload(), wire)


def test_a_transformer_on_that_base_passes_other_requests_through():
    class Mine(SeldonComponent):  # type: ignore[misc,valid-type]
        def transform_input(self, X, names, meta=None):
            return X + 1

    assert serving(Mine, "TRANSFORMER").call("transform_output", request_for("predict")).data.tolist() == [[1, 2]]
    assert serving(Mine, "TRANSFORMER").call("transform_input", request_for("predict")).data.tolist() == [[2, 3]]


def test_the_base_class_alone_is_no_model():
    with pytest.raises(NoMainMethod, match="SERVICE_TYPE=MODEL needs a method predict"):
        check_class(type("Mine", (SeldonComponent,), {}), "MODEL")


def test_a_class_on_that_base_is_loaded_without_a_load_of_its_own():
    assert construct(type("Mine", (SeldonComponent,), {}), {}, "/nowhere")


def raising(error):
    def hook(self, *args, **kwargs):
        raise error
    return hook


@pytest.mark.parametrize("error", NOT_IMPLEMENTED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("base", [SeldonComponent, object])
@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("hook", "method"), [
    *((method, method) for method in METHODS), *((f"{method}_raw", method) for method in METHODS),
    ("tags", "predict"), ("metrics", "predict"), ("class_names", "predict"), ("feature_names", "transform_input"),
    ("health_status", "health_status"), ("health_status_raw", "health_status"), ("init_metadata", "metadata"),
])
def test_an_error_of_the_class_never_makes_a_hook_absent(hook, method, wire, base, error):
    methods = dict.fromkeys(("predict", "transform_input"), lambda self, X, names, meta=None: X)
    component = serving(type("Mine", (base,), {**methods, hook: raising(error)}))
    with pytest.raises(ModelError, match="NotImplementedError: later"):
        component.call(method, request_for(method), wire)


@pytest.mark.parametrize("error", NOT_IMPLEMENTED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("base", [SeldonComponent, object])
def test_a_load_that_is_not_implemented_has_failed(base, error):
    with pytest.raises(LoadFailed, match="NotImplementedError: later"):
        construct(type("Mine", (base,), {"load": raising(error)}), {}, "/nowhere")


def test_a_transformer_that_raises_passes_nothing_through():
    transformer = serving(type("Mine", (), {"transform_input": raising(NotImplementedError("later"))}), "TRANSFORMER")
    with pytest.raises(ModelError):
        transformer.call("transform_input", request_for("transform_input"))


def test_an_attribute_of_the_object_is_in_the_place_of_the_stub():
    class Mine(SeldonComponent):  # type: ignore[misc,valid-type]
        def __init__(self):
            self.tags = lambda: {"own": 1}
            self.class_names = ["c", "d"]

        def predict(self, X, names, meta=None):
            return X

    response = serving(Mine).call("predict", request_for("predict"))
    assert (response.names, response.meta["tags"]) == (["c", "d"], {"a": True, "own": 1})
