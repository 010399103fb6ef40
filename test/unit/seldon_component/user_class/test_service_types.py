"""seldon_component.user_class.service_types: which methods a class needs, and which service type they make it."""

import pytest
from seldon_component.component import Component
from seldon_component.errors import NoMainMethod
from seldon_component.payload import Payload
from seldon_component.user_class.service_types import LIST, MESSAGE, METHODS, SERVICE_TYPES, check_class, requested_as

REQUEST = Payload("strData", "X", ["n"])


@pytest.mark.parametrize("service_type", [name for name, row in SERVICE_TYPES.items() if not row.passes_through])
def test_a_class_without_the_main_method_lists_what_it_has(service_type):
    class Other:
        def fit(self):
            pass
    with pytest.raises(NoMainMethod) as caught:
        check_class(Other, service_type)
    wanted = " or ".join(SERVICE_TYPES[service_type].main_methods)
    assert str(caught.value) == (
        f"SERVICE_TYPE={service_type} needs a method {wanted}, which class Other lacks. Methods found: fit; write {wanted}")


@pytest.mark.parametrize(("methods", "service_type", "served", "words"), [
    (["aggregate", "tags"], "MODEL", "COMBINER",
     "expected COMBINER, by the methods of class Mine (aggregate), found 'MODEL'; set SERVICE_TYPE=COMBINER"),
    (["aggregate_raw"], "ROUTER", "COMBINER",
     "expected COMBINER, by the methods of class Mine (aggregate), found 'ROUTER'; set SERVICE_TYPE=COMBINER"),
    (["predict", "score"], "COMBINER", "MODEL",
     "expected MODEL or OUTLIER_DETECTOR, by the methods of class Mine (predict, score), found 'COMBINER'; "
     "set SERVICE_TYPE=MODEL or SERVICE_TYPE=OUTLIER_DETECTOR"),
    (["transform_output"], "OUTLIER_DETECTOR", "TRANSFORMER",
     "expected TRANSFORMER, by the methods of class Mine (transform_output), found 'OUTLIER_DETECTOR'; "
     "set SERVICE_TYPE=TRANSFORMER"),
    (["aggregate"], None, "COMBINER", ""),
    (["route", "send_feedback"], None, "ROUTER", ""),
    (["transform_input", "predict"], None, "MODEL", ""),
    (["predict", "route"], "ROUTER", "ROUTER", ""),
    (["predict"], "TRANSFORMER", "TRANSFORMER", ""),
])
def test_a_class_is_served_as_what_its_methods_make_it(methods, service_type, served, words):
    cls = type("Mine", (), {name: lambda self, *_: None for name in methods})
    remark = words and f"SERVICE_TYPE: {words}"
    assert check_class(cls, service_type) == (served, remark)
    described = Component(cls(), service_type, "unit").describe()
    assert (described["service_type"], described["remark"]) == (served, remark)


@pytest.mark.parametrize(("methods", "found"), [(["send_feedback"], "send_feedback"), ([], "none")])
@pytest.mark.parametrize("service_type", ["MODEL", None])
def test_a_class_without_a_main_method_of_any_service_type_is_refused(methods, found, service_type):
    cls = type("Mine", (), {name: lambda self, *_: None for name in methods})
    with pytest.raises(NoMainMethod) as caught:
        check_class(cls, service_type)
    text = f"SERVICE_TYPE=MODEL needs a method predict, which class Mine lacks. Methods found: {found}; write predict"
    assert str(caught.value) == text
    with pytest.raises(NoMainMethod):
        Component(cls(), service_type, "unit")


@pytest.mark.parametrize("service_type", ["MODEL", None])
def test_a_method_of_another_service_type_may_be_set_by_the_constructor(service_type):
    class Mine:
        def __init__(self):
            self.route = lambda X, names: 1

    assert check_class(Mine, service_type).remark == ""
    assert Component(Mine(), service_type, "unit").call("route", REQUEST).data.tolist() == [[1]]


class SetsIt:
    def __init__(self, model):
        self.predict = model.predict


class SetsItByName:
    def load(self):
        setattr(self, "predict", len)  # noqa: B010


class Delegates:
    def __getattr__(self, name):
        raise AttributeError(name)


class Misspells:
    def __init__(self, model):
        self.model, self.predictions = model, []

    def predct(self, X):
        return self.model.predict(X) == self.predictions


@pytest.mark.parametrize("cls", [SetsIt, SetsItByName, Delegates, type("Inherits", (SetsIt,), {})])
def test_a_class_whose_objects_may_have_the_main_method_is_constructed_first(cls):
    check_class(cls, "MODEL")
    with pytest.raises(NoMainMethod, match="needs a method predict, which class"):
        Component(object.__new__(cls), "MODEL", "unit")
    with pytest.raises(NoMainMethod):
        check_class(Misspells, "MODEL")


@pytest.mark.parametrize(("main_method", "requested"), [("predict", "predict"), ("score", "transform_input")])
def test_a_main_method_is_requested_as(main_method, requested):
    assert requested_as(main_method) == requested


def test_only_an_outlier_detector_calls_its_score():
    class Both:
        def predict(self, X):
            return X

        def transform_input(self, X):
            return "transformed"

        def score(self, X):
            return 1
    assert Component(Both(), "MODEL", "unit").call("transform_input", REQUEST).data == "transformed"
    scored = Component(Both(), "OUTLIER_DETECTOR", "unit").call("transform_input", REQUEST)
    assert scored.meta == {"tags": {"outlierScore": 1}}


def test_a_score_of_a_model_may_have_any_arguments():
    class Classifier:
        def predict(self, X):
            return X

        def score(self, X, y, sample_weight):
            return 1
    assert Component(Classifier(), "MODEL", "unit").call("predict", REQUEST).data == "X"


def test_each_method_says_what_it_takes():
    assert {method.name: method.takes for method in METHODS.values()} == {
        "predict": MESSAGE, "route": MESSAGE, "transform_input": MESSAGE, "transform_output": MESSAGE,
        "aggregate": LIST, "send_feedback": "feedback"}
