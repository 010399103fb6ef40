"""seldon_core's base class: the hooks that it only announces count as absent."""

import pytest
from seldon_component.errors import NoMainMethod, NotImplementedByModel
from seldon_component.payload import Payload
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
Elsewhere = type("SeldonComponent", (), dict.fromkeys(HOOKS, says_nothing))


@pytest.mark.parametrize("base", [SeldonComponent, Elsewhere], ids=["seldon_core's", "one that looks like it"])
@pytest.mark.parametrize("wire", WIRES)
def test_hooks_that_the_base_class_only_declares_count_as_absent(base, wire):
    class Mine(base):  # type: ignore[misc,valid-type]
        def predict(self, X, names, meta=None):
            return X

    response = serving(Mine).call("predict", request_for("predict"), wire)
    assert (response.data.tolist(), response.names, response.meta["tags"]) == ([[1, 2]], ["t:0", "t:1"], {"a": True})
    with pytest.raises(NotImplementedByModel):
        serving(Mine).call("send_feedback", request_for("send_feedback"), wire)
    assert serving(Mine).call("health_status", Payload(), wire).data == "healthy"
    with pytest.raises(NotImplementedByModel):
        serving(Mine).call("metadata", Payload(), wire)


def test_a_transformer_on_that_base_passes_other_requests_through():
    class Mine(Elsewhere):  # type: ignore[misc,valid-type]
        def transform_input(self, X, names, meta=None):
            return X + 1

    assert serving(Mine, "TRANSFORMER").call("transform_output", request_for("predict")).data.tolist() == [[1, 2]]
    assert serving(Mine, "TRANSFORMER").call("transform_input", request_for("predict")).data.tolist() == [[2, 3]]


def test_the_base_class_alone_is_no_model():
    with pytest.raises(NoMainMethod, match="SERVICE_TYPE=MODEL needs a method predict"):
        check_class(type("Mine", (SeldonComponent,), {}), "MODEL")
