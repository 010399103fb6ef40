"""seldon_component.user_class.hooks: spellings, the historical order, and mistakes. A signature is read once."""

import functools
import subprocess
from pathlib import Path
from typing import Any

import pytest
import seldon_component
from seldon_component.component import Component
from seldon_component.errors import NoMainMethod
from seldon_component.payload import Payload
from seldon_component.user_class import hooks

PREDICT = ("features", "names")
ROUTER_FEEDBACK = ("features", "names", "routing", "reward", "truth")
MODEL_FEEDBACK = ("features", "names", "reward", "truth", "routing")
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


@pytest.mark.parametrize("role", ["features", "names"])
def test_every_historical_spelling_is_known(role):
    for spelling in hooks.SPELLINGS[role]:
        other = "features_names" if role == "features" else "X"
        scope: dict[str, Any] = {}
        exec(f"class Model:\n    def predict(self, {other}, {spelling}): return {spelling}", scope)
        assert call(scope["Model"]) == ROLES[role]


def feedback_model(arguments):
    scope: dict[str, Any] = {}
    exec(f"class Model:\n    def send_feedback(self, {arguments}): return ({arguments.replace('=None', '')},)", scope)
    return scope["Model"]


@pytest.mark.parametrize(("arguments", "order", "expected"), [
    ("features, feature_names, reward, truth, routing=None", MODEL_FEEDBACK, ("F", "N", "W", "T", "R")),
    ("X, feature_names, routing, reward, truth", ROUTER_FEEDBACK, ("F", "N", "R", "W", "T")),
    ("features, feature_names, routing, reward, truth", MODEL_FEEDBACK, ("F", "N", "R", "W", "T")),
    ("features, feature_names, reward, truth", ROUTER_FEEDBACK, ("F", "N", "W", "T")),
    ("truth, reward", MODEL_FEEDBACK, ("T", "W")),
    ("a, b, c, d", MODEL_FEEDBACK, ("F", "N", "W", "T")),
    ("a, b, c, d, e", ROUTER_FEEDBACK, ("F", "N", "R", "W", "T")),
    ("reward, a", MODEL_FEEDBACK, ("W", "F")),
])
def test_feedback_arguments_go_by_name_then_by_the_historical_order(arguments, order, expected):
    assert call(feedback_model(arguments), order, "send_feedback") == expected


def test_a_hook_that_is_absent_or_no_method_is_none():
    class Model:
        predict = 5
        route = None
    assert [hooks.bind(Model(), name, PREDICT) for name in ("predict", "route", "aggregate")] == [None] * 3


@pytest.mark.parametrize("arguments", ["X, names, threshold", "X, *, names, threshold"])
def test_an_argument_that_nothing_fills_is_named_at_load(arguments):
    scope: dict[str, Any] = {}
    exec(f"class Model:\n    def predict(self, {arguments}): pass", scope)
    with pytest.raises(NoMainMethod) as caught:
        call(scope["Model"])
    assert str(caught.value) == ("Model.predict has an argument 'threshold' that nothing fills; give it a default, "
                                 "or name it one of: X, features_names, meta")


@pytest.mark.parametrize("decorate", [lambda function: function, loose, proper])
def test_a_type_error_of_the_user_propagates_after_one_call(decorate):
    calls = []

    class Model:
        @decorate
        def predict(self, X, names):
            calls.append(X)
            raise TypeError("predict() takes 2 positional arguments but 3 were given")

    with pytest.raises(TypeError, match="takes 2 positional"):
        call(Model)
    assert calls == ["F"]


def test_the_signature_is_read_once():
    class Model:
        def predict(self, X):
            return X
    bound = hooks.bind(Model(), "predict", PREDICT)
    Model.predict.__code__ = (lambda self, X: (X, X)).__code__
    assert bound(**ROLES) == ("F", "F")


def test_methods_of_a_class_are_its_public_callables():
    class Model:
        def predict(self, X, features_names):
            return X, features_names

        attribute = 5

        def _private(self):
            pass

        def load(self):
            pass
    assert hooks.methods_of(Model) == ["load", "predict"]


OLD_PYTHON = """
import functools, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from seldon_component.user_class import hooks
def loose(function):
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper
def proper(function):
    return functools.wraps(function)(loose(function))
class OldStyle:
    def predict(self, features_names, X): return features_names, X
class NewStyle(object):
    def predict(self, X, names, meta=None, **kwargs): return X, names, meta, sorted(kwargs)
class Static(object):
    predict = staticmethod(lambda names, X: (names, X))
class Class(object):
    predict = classmethod(lambda cls, X, names: (X, names))
class Loose(object):
    @loose
    def predict(self, X, names): return X, names
class Proper(object):
    @proper
    def predict(self, X, names): return X, names
class Partial(object):
    predict = staticmethod(functools.partial(lambda scale, X, names: (X, names), 3))
class Callable(object):
    class P(object):
        def __call__(self, names, X): return names, X
    predict = P()
class FromC(object):
    predict = staticmethod(max)
for cls in (OldStyle, NewStyle, Static, Class, Loose, Proper, Partial, Callable, FromC):
    print(hooks.bind(cls(), "predict", ("features", "names"), extra=("meta",))(features="F", names="N", meta="M"))
"""


def test_signatures_are_read_alike_on_every_interpreter(model_python):
    folder = str(Path(seldon_component.__file__).parent.parent)
    run = subprocess.run([model_python, "-c", OLD_PYTHON, folder], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["('N', 'F')", "('F', 'N', 'M', [])", "('N', 'F')", "('F', 'N')", "('F', 'N')",
                                        "('F', 'N')", "('F', 'N')", "('N', 'F')", "N"]


class TakesTraceParent:
    def predict(self, X, names, traceparent):
        return X, names, traceparent


class TakesItByKeyword:
    def predict(self, X, *, traceparent="none"):
        return X, traceparent


class TakesEverything:
    def predict(self, X, names, **more):
        return sorted(more)


def traced(cls, method="predict", positional=PREDICT):
    found = hooks.Hooks(cls())
    hook = found.find(method, positional, ("meta",))
    assert hook
    found.trace_parent = "00-1"
    return hook(**{role: ROLES[role] for role in ("features", "names", "meta")})


def test_an_argument_traceparent_gets_the_header_of_the_request():
    assert traced(TakesTraceParent) == ("F", "N", "00-1")
    assert traced(TakesItByKeyword) == ("F", "00-1")


def test_only_an_argument_of_that_name_does():
    assert traced(TakesEverything) == ["meta"]


class OfNoRequest:
    def tags(self, traceparent):
        return {}


def test_a_hook_that_belongs_to_no_request_has_no_such_argument():
    assert hooks.Hooks(OfNoRequest()).find("tags") is None


def test_a_method_with_it_takes_no_batches():
    assert Component(TakesTraceParent(), "MODEL", "unit").describe()["batches"] == []
    assert Component(TakesEverything(), "MODEL", "unit").describe()["batches"] == []


class RawTakesTraceParent:
    def predict_raw(self, msg, traceparent):
        return {"strData": traceparent}


class ReturnsTraceParent:
    def predict(self, X, names, traceparent):
        return traceparent


@pytest.mark.parametrize("cls", [RawTakesTraceParent, ReturnsTraceParent])
def test_a_call_passes_the_header_on_to_each_kind_of_method(cls):
    component = Component(cls(), "MODEL", "unit")
    assert component.call("predict", Payload("strData", "q"), "rest", "00-2").data == "00-2"
    assert component.call("predict", Payload("strData", "q")).data == ""
