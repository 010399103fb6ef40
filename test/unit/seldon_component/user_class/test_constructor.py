"""seldon_component.user_class.constructor: the arguments of a class, as plain values."""

import enum

import numpy as np
import pytest
from seldon_component.component import Component
from seldon_component.user_class.constructor import arguments_of

HALF = np.float64(0.5)  # a float, but of a type of its own


class Size(enum.IntEnum):
    LARGE = 3


class Takes:
    def __init__(self, n=3, /, word="n", *rest, size=Size.LARGE, ratio=HALF, **more):
        pass

    def predict(self, X):
        return X


def test_only_plain_defaults_have_a_type():
    found = {each["name"]: (each["type"], each["value"], each["required"]) for each in arguments_of(Takes)}
    assert found == {"n": ("INT", "3", False), "word": ("STRING", "n", False), "size": (None, None, False), "ratio": (None, None, False)}


@pytest.mark.parametrize("cls", [type("Plain", (), {}), dict])
def test_a_class_without_arguments_has_none(cls):
    assert arguments_of(cls) == []


def test_a_loaded_component_tells_them_too():
    assert Component(Takes(), "MODEL", "unit").describe()["constructor"] == arguments_of(Takes)
