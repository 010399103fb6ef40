"""seldon_component.user_class.declarations: what an object says before its first request."""

import pytest
from seldon_component.user_class import declarations
from seldon_component.user_class.hooks import Hooks


class Metadata:
    def __init__(self, value):
        self._value = value

    def init_metadata(self):
        return self._value


@pytest.mark.parametrize(("user", "inputs"), [
    (Metadata({"inputs": ({"name": "x"},)}), [{"name": "x"}]), (Metadata({}), []), (Metadata({"inputs": None}), []),
    (Metadata("none"), []), (object(), []),
])
def test_inputs_are_declared_by_the_metadata(user, inputs):
    assert declarations.declared_metadata(Hooks(user).find("init_metadata")) == {"inputs": inputs, "outputs": [], "versions": []}


class Trained:
    n_features_in_ = 2

    def __init__(self, *names):
        if names:
            self.feature_names_in_ = names


class Holding:
    def __init__(self, *models):
        self.__dict__.update({str(number): model for number, model in enumerate(models)})


@pytest.mark.parametrize(("user", "found"), [
    (Holding(1, Trained("a", "b")), {"names": ["a", "b"], "count": 2}), (Holding(Trained()), {"names": [], "count": 2}),
    (Holding(1, "x"), {}), (Holding(), {}), (1, {}),
])
def test_a_trained_model_tells_its_features(user, found):
    assert declarations.trained_features(user) == found
