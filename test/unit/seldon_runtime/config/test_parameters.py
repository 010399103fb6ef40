"""seldon_runtime.config.parameters: an argument of the constructor has its type; the server reads one of them, too."""

import json

import pytest
from seldon_component.errors import BadParameters
from seldon_runtime.config.parameters import PARAMETER_TYPES, push_frequency
from support.settings import read


def parameter(kind, value, name="a"):
    return json.dumps([{"name": name, "type": kind, "value": value}])


def test_the_types_of_parameters_are_the_historical_ones():
    assert set(PARAMETER_TYPES) == {"INT", "FLOAT", "DOUBLE", "STRING", "BOOL"}


@pytest.mark.parametrize(("kind", "value", "expected"), [
    ("INT", "5", 5), ("INT", -5, -5), ("INT", 5.0, 5), ("FLOAT", "0.5", 0.5), ("FLOAT", 1, 1.0), ("DOUBLE", "1e3", 1000.0),
    ("STRING", "a", "a"), ("STRING", "", ""), ("STRING", 5, "5"),
    ("BOOL", "true", True), ("BOOL", "True", True), ("BOOL", "1", True), ("BOOL", "yes", True), ("BOOL", True, True),
    ("BOOL", "false", False), ("BOOL", "FALSE", False), ("BOOL", "0", False), ("BOOL", "no", False),
    ("BOOL", False, False), ("BOOL", 0, False),
])
def test_a_parameter_has_its_type(kind, value, expected, tmp_path):
    found = read(tmp_path, "M", "--parameters", parameter(kind, value)).parameters["a"]
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(("text", "message"), [
    ("{", "expected a JSON list, found '{' (Expecting property name"),
    ("{}", "expected a JSON list, found '{}'"),
    ("[5]", 'expected {"name": …, "type": …, "value": …}, found 5'),
    ('[{"name": "a"}]', 'expected {"name": …, "type": …, "value": …}, found {"name": "a"}'),
    (parameter("NUMBER", 1), "type of 'a': expected one of INT, FLOAT, DOUBLE, STRING, BOOL, found 'NUMBER'"),
    (parameter([], 1), "type of 'a': expected one of INT, FLOAT, DOUBLE, STRING, BOOL, found []"),
    (parameter("INT", 1, name=[]), 'expected {"name": …, "type": …, "value": …}, found {"name": []'),
    (parameter("INT", "five"), "value of 'a': expected INT, found 'five'"),
    (parameter("INT", "1.5"), "value of 'a': expected INT, found '1.5'"),
    (parameter("INT", 1.5), "value of 'a': expected INT, found 1.5"),
    (parameter("INT", 1e999), "value of 'a': expected INT, found inf"),
    (parameter("INT", None), "value of 'a': expected INT, found None"),
    (parameter("FLOAT", "x"), "value of 'a': expected FLOAT, found 'x'"),
    (parameter("BOOL", "maybe"), "value of 'a': expected BOOL, found 'maybe'"),
])
def test_a_parameter_that_is_none_is_named(text, message, tmp_path):
    with pytest.raises(BadParameters) as caught:
        read(tmp_path, "M", "--parameters", text)
    assert str(caught.value).startswith("PREDICTIVE_UNIT_PARAMETERS: " + message)


@pytest.mark.parametrize("value", [0, -1, "often", None, float("nan")])
def test_a_period_that_is_none_is_named(value):
    with pytest.raises(BadParameters) as caught:
        push_frequency({"push_frequency": value})
    assert str(caught.value) == f"PREDICTIVE_UNIT_PARAMETERS: value of 'push_frequency': expected 0.1 to 86400, found {value!r}"


@pytest.mark.parametrize(("persistence", "found"), [("1", 7.0), ("0", 60.0)])
def test_push_frequency_is_read_if_the_state_is_kept(persistence, found, tmp_path):
    text = parameter("INT", "7", name="push_frequency")
    assert read(tmp_path, "M", "--persistence", persistence, "--parameters", text).persistence.push_frequency == found


def test_a_wrong_push_frequency_matters_only_if_the_state_is_kept(tmp_path):
    text = parameter("INT", "0", name="push_frequency")
    assert read(tmp_path, "M", "--parameters", text).parameters == {"push_frequency": 0}
    with pytest.raises(BadParameters, match="expected 0.1 to 86400, found 0"):
        read(tmp_path, "M", "--persistence", "1", "--parameters", text)
