"""seldon_component.user_class.hooks: each method gets the arguments that it names."""

import functools

import pytest
from seldon_component.user_class import hooks

PREDICT = ("features", "names")
ROLES = {"features": "F", "names": "N", "meta": "M", "routing": "R", "reward": "W", "truth": "T"}


def call(cls, positional=PREDICT, method="predict"):
    return hooks.bind(cls(), method, positional, extra=("meta",))(**ROLES)


def loose(function):
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


def proper(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


class Historic:
    def predict(self, X, features_names):
        return X, features_names


class Swapped:
    def predict(self, feature_names, features):
        return feature_names, features


class Unspoken:
    def predict(self, a, b):
        return a, b


class HalfUnspoken:
    def predict(self, columns, X):
        return columns, X


class OnlyFeatures:
    def predict(self, X):
        return X


class OnlyNames:
    def predict(self, names):
        return names


class Nothing:
    def predict(self):
        return "nothing"


class WithMeta:
    def predict(self, X, names, meta):
        return X, names, meta


class WithMetaFirst:
    def predict(self, meta, X):
        return meta, X


class WithMetadata:
    def predict(self, X, feature_names=None, metadata=None):
        return X, feature_names, metadata


class WithDefaults:
    def predict(self, X, names=None, meta=None, verbose=False):
        return X, names, meta, verbose


class DefaultBetween:
    def predict(self, X, names, batch=None, meta=None):
        return X, names, batch, meta


class Keywords:
    def predict(self, X, **kwargs):
        return X, sorted(kwargs.items())


class OnlyKeywords:
    def predict(self, **kwargs):
        return sorted(kwargs.items())


class Positionals:
    def predict(self, *args):
        return args


class AllKinds:
    def predict(self, X, *args, **kwargs):
        return X, args, sorted(kwargs.items())


class Anything:
    def predict(self, *args, **kwargs):
        return args, sorted(kwargs.items())


class KeywordOnly:
    def predict(self, *, X, names=None, other=5):
        return X, names, other


class KeywordOnlyMeta:
    def predict(self, X, names, *, meta):
        return X, names, meta


class PositionalOnly:
    def predict(self, X, names, /):
        return X, names


class Static:
    @staticmethod
    def predict(X, names):
        return X, names


class Class:
    @classmethod
    def predict(cls, X, names):
        return cls is Class, X, names


class Decorated:
    @proper
    def predict(self, names, X):
        return names, X


class LooselyDecorated:
    @loose
    def predict(self, X, names):
        return X, names


class Partial:
    predict = staticmethod(functools.partial(lambda scale, X, names: (scale, X, names), 3))


class Callable:
    class _Predict:
        def __call__(self, X, names):
            return X, names
    predict = _Predict()


class FromC:
    predict = staticmethod(max)  # nobody can tell its arguments


class Bound:
    def __init__(self):
        self.predict = lambda X: X


@pytest.mark.parametrize(("cls", "expected"), [
    (Historic, ("F", "N")),
    (Swapped, ("N", "F")),
    (Unspoken, ("F", "N")),
    (HalfUnspoken, ("N", "F")),
    (OnlyFeatures, "F"),
    (OnlyNames, "N"),
    (Nothing, "nothing"),
    (WithMeta, ("F", "N", "M")),
    (WithMetaFirst, ("M", "F")),
    (WithMetadata, ("F", "N", "M")),
    (WithDefaults, ("F", "N", "M", False)),
    (DefaultBetween, ("F", "N", None, "M")),
    (Keywords, ("F", [("features_names", "N"), ("meta", "M")])),
    (OnlyKeywords, [("X", "F"), ("features_names", "N"), ("meta", "M")]),
    (Positionals, ("F", "N")),
    (AllKinds, ("F", ("N",), [("meta", "M")])),
    (Anything, (("F", "N"), [])),
    (KeywordOnly, ("F", "N", 5)),
    (KeywordOnlyMeta, ("F", "N", "M")),
    (PositionalOnly, ("F", "N")),
    (Static, ("F", "N")),
    (Class, (True, "F", "N")),
    (Decorated, ("N", "F")),
    (LooselyDecorated, ("F", "N")),
    (Partial, (3, "F", "N")),
    (Callable, ("F", "N")),
    (FromC, "N"),
    (Bound, "F"),
], ids=lambda value: value.__name__ if isinstance(value, type) else "")
def test_a_method_gets_the_arguments_that_it_names(cls, expected):
    assert call(cls) == expected
