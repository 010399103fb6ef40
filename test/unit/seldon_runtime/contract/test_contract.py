"""contract.json: reading it, drawing requests from it, checking responses against it."""

import json

import numpy as np
import pytest
from seldon_component.payload import Payload
from seldon_runtime.contract.document import BadContract, read_contract
from seldon_runtime.contract.response import faults

NUMBER = {"name": "a", "dtype": "FLOAT", "ftype": "continuous"}
INTEGER = {**NUMBER, "dtype": "INT"}
WORD = {"name": "c", "ftype": "categorical", "values": ["x", "y"]}
RANGE = '[low, high], with "inf" for no bound'


@pytest.fixture
def contract(tmp_path):
    def read(features=(NUMBER,), targets=()):
        path = tmp_path / "contract.json"
        path.write_text(json.dumps({"features": list(features), "targets": list(targets)}), encoding="utf-8")
        return read_contract(path)
    return read


def drawn(contract, rows=100, seed=0):
    return contract.message(rows, np.random.RandomState(seed))


def test_a_message_has_the_names_and_the_number_of_rows(contract):
    message = drawn(contract([NUMBER, {**NUMBER, "name": "b"}]), 3)
    assert (message.kind, message.names, message.data.shape, message.data.dtype.kind) == ("ndarray", ["a", "b"], (3, 2), "f")


def test_a_seed_always_draws_the_same(contract):
    first, again, other = (drawn(contract(), seed=seed).data for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize(("bounds", "low", "high"), [
    ([4, 8], 4, 8), ([2, "inf"], 2, np.inf), (["inf", -2], -np.inf, -2),
    (["inf", "inf"], -np.inf, np.inf), (None, -np.inf, np.inf), ([3, 3], 3, 3)])
def test_numbers_lie_in_their_range(bounds, low, high, contract):
    values = drawn(contract([{**NUMBER, "range": bounds}])).data
    assert ((values >= low) & (values <= high)).all()
    assert low == high or len(set(values.ravel())) > 1


def test_rounding_stays_in_a_narrow_range(contract):
    values = drawn(contract([{**NUMBER, "range": [0.0005, 0.0006]}])).data
    assert ((values >= 0.0005) & (values <= 0.0006)).all()


@pytest.mark.parametrize(("bounds", "low", "high"), [
    ([1, 3], 1, 3), ([0.5, 2.5], 1, 2), ([7, "inf"], 7, np.inf), (["inf", -7], -np.inf, -7), ([2, 2], 2, 2)])
def test_integers_are_integers_in_their_range(bounds, low, high, contract):
    values = drawn(contract([{**INTEGER, "range": bounds}])).data
    assert values.dtype.kind == "i"
    assert ((values >= low) & (values <= high)).all()


def test_no_integer_is_drawn_that_a_double_cannot_hold(contract):
    assert abs(drawn(contract([{**INTEGER, "range": [-1e300, 1e300]}])).data).max() <= 2**53


def test_all_values_of_a_categorical_feature_are_drawn_as_they_are(contract):
    values = drawn(contract([{**WORD, "values": ["x", 3, 2.5]}])).data
    assert set(values.ravel()) == {"x", 3, 2.5}
    assert {type(value) for value in values.ravel()} == {str, int, float}


def test_text_and_numbers_keep_their_types_in_one_row(contract):
    row = drawn(contract([WORD, {**INTEGER, "range": [5, 5]}, {**NUMBER, "range": [2.5, 2.5]}]), 1).data.tolist()[0]
    assert row[0] in ("x", "y")
    assert row[1:] == [5, 2.5]
    assert type(row[1]) is int


def test_repeat_numbers_features_from_1_and_targets_from_0(contract):
    found = contract([{**NUMBER, "repeat": 3}], [{**NUMBER, "repeat": 2}])
    assert drawn(found).names == ["a1", "a2", "a3"]
    assert drawn(found).data.shape == (100, 3)
    assert [target.name for target in found.targets] == ["a:0", "a:1"]


@pytest.mark.parametrize(("features", "shape"), [
    ([{**NUMBER, "shape": [784]}], (2, 784)), ([{**NUMBER, "shape": [28, 28, 1]}], (2, 28, 28, 1)),
    ([{**NUMBER, "shape": [3]}, WORD], (2, 4)), ([{**NUMBER, "shape": [3, 5]}, {**WORD, "shape": [1, 5]}], (2, 4, 5))])
def test_shape_is_that_of_a_features_part_of_a_row(features, shape, contract):
    assert drawn(contract(features), 2).data.shape == shape


def test_ftype_and_dtype_are_read_in_either_case(contract):
    found = contract([{**INTEGER, "ftype": "CONTINUOUS", "dtype": "int"}, {**WORD, "ftype": "CATEGORICAL"}])
    assert [field.allowed for field in found.features] == ["an integer", "one of 'x', 'y'"]


def test_keys_that_no_tester_ever_read_are_ignored(contract):
    assert contract([{**NUMBER, "comment": 1, "values": 2}], [{**WORD, "range": "wide"}])


WRONG = [
    ("a", "features[0]: expected an object, found 'a'"),
    ({**NUMBER, "name": ""}, "features[0].name: expected text, found ''"),
    ({**NUMBER, "name": 1}, "features[0].name: expected text, found 1"),
    ({**NUMBER, "ftype": "ordinal"}, "features[0].ftype: expected continuous or categorical, found 'ordinal'"),
    ({"name": "a"}, "features[0].ftype: expected continuous or categorical, found nothing"),
    ({**NUMBER, "dtype": "STRING"}, "features[0].dtype: expected INT or FLOAT, found 'STRING'"),
    ({**NUMBER, "dtype": 3}, "features[0].dtype: expected INT or FLOAT, found 3"),
    ({**WORD, "dtype": "TEXT"}, "features[0].dtype: expected INT, FLOAT or STRING, found 'TEXT'"),
    *(({**NUMBER, "range": found}, f"features[0].range: expected {RANGE}, found {found!r}")
      for found in ([2, 1], [1], 5, ["a", 1], [True, 2], [1, "-inf"], [-1e308, 1e308], [None, 1])),
    ({**INTEGER, "range": [0, 10**400]}, f"features[0].range: expected {RANGE} and an integer in between, found [0, 1{'0' * 55}…"),
    ({**INTEGER, "range": [0.2, 0.4]}, f"features[0].range: expected {RANGE} and an integer in between, found [0.2, 0.4]"),
    *(({**WORD, "values": found}, f"features[0].values: expected a list of at least one text or number, found {found!r}")
      for found in ([], "xy", [None], [["x"]])),
    *(({**NUMBER, "shape": found}, f"features[0].shape: expected a list of sizes, each 1 or more, found {found!r}")
      for found in ([], [0], 3, [1.5], ["1"])),
    *(({**NUMBER, "repeat": found}, f"features[0].repeat: expected 1 or more, found {found!r}")
      for found in (0, -1, 1.5, "2", True)),
]


@pytest.mark.parametrize(("entry", "line"), WRONG)
def test_a_wrong_entry_is_named_with_what_was_expected_and_found(entry, line, contract):
    with pytest.raises(BadContract) as error:
        contract([entry])
    assert str(error.value) == f"contract.json: {line}"


def test_every_mistake_has_its_line(contract):
    with pytest.raises(BadContract) as error:
        contract([{**NUMBER, "dtype": "X", "shape": 1}], [{**WORD, "values": []}])
    assert [line.split(": ")[1] for line in str(error.value).splitlines()] == [
        "features[0].shape", "features[0].dtype", "targets[0].values"]


def test_shapes_that_do_not_fit_into_one_row_are_named(contract):
    with pytest.raises(BadContract, match=r"targets: .* found \[2, 2\] of 'a' and \[1\] of 'c'"):
        contract(targets=[{**NUMBER, "shape": [2, 2]}, WORD])


@pytest.mark.parametrize(("text", "line"), [
    ("{", "expected JSON, found none (Expecting property name"), ("[]", "expected an object with features and targets, found []"),
    ('{"targets": []}', "features: expected a list of objects, found nothing"),
    ('{"features": [], "targets": []}', "features: expected a list of at least one object, found []")])
def test_a_file_of_another_form_is_named(text, line, tmp_path):
    (tmp_path / "contract.json").write_text(text)
    with pytest.raises(BadContract) as error:
        read_contract(tmp_path / "contract.json")
    assert str(error.value).startswith(f"contract.json: {line}")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadContract, match="theirs.json: expected JSON, found none .*No such file"):
        read_contract(tmp_path / "theirs.json")


PERCENT = {**NUMBER, "name": "p", "range": [0, 1]}


def response(data, kind="ndarray"):
    return Payload(kind, data if isinstance(data, str) else np.array(data, dtype=object if isinstance(data[0], tuple) else None))


@pytest.mark.parametrize(("targets", "data"), [
    ([PERCENT, PERCENT], [[0, 1], [0.5, 0.25]]),
    ([PERCENT], [0.5, 0.25]),
    ([PERCENT], [[1 + 1e-7], [-1e-7]]),
    ([INTEGER], [[3.0], [4]]),
    ([WORD], [["x"], ["y"]]),
    ([{**WORD, "values": [0, 1]}], [[0.0], [1]]),
    ([WORD, PERCENT], [("x", 1), ("y", 0)]),
    ([{**PERCENT, "repeat": 3}], [[0, 0, 1], [1, 0, 0]]),
    ([{**PERCENT, "shape": [2, 2]}], [[[0, 1], [1, 0]], [[1, 1], [0, 0]]]),
    ([], "anything"),
])
def test_a_response_that_fits_has_no_fault(targets, data, contract):
    assert faults(contract(targets=targets), response(data, "strData" if isinstance(data, str) else "ndarray"), 2) == []


@pytest.mark.parametrize(("targets", "data", "line"), [
    ([PERCENT], [[0.5], [1.5]], "p: expected a number from 0 up to 1, found 1.5 in row 1 (1 of 2 values do not fit)"),
    ([PERCENT], [[-1], [1.5]], "p: expected a number from 0 up to 1, found -1.0 in row 0 (2 of 2 values do not fit)"),
    ([NUMBER], [[np.nan], [1]], "a: expected a number, found nan in row 0 (1 of 2 values do not fit)"),
    ([NUMBER], [[1], [np.inf]], "a: expected a number, found inf in row 1 (1 of 2 values do not fit)"),
    ([NUMBER], [["1"], ["2"]], "a: expected a number, found '1' in row 0 (2 of 2 values do not fit)"),
    ([NUMBER], [[True], [False]], "a: expected a number, found a bool in row 0 (2 of 2 values do not fit)"),
    ([INTEGER], [[1], [1.5]], "a: expected an integer, found 1.5 in row 1 (1 of 2 values do not fit)"),
    ([{**INTEGER, "range": [0, "inf"]}], [[-1], [1]], "a: expected an integer from 0, found -1 in row 0 (1 of 2 values do not fit)"),
    ([WORD], [["x"], ["z"]], "c: expected one of 'x', 'y', found 'z' in row 1 (1 of 2 values do not fit)"),
    ([NUMBER, WORD], [[1], [1]], "targets: expected an array of shape [2, 2] (a, c), found one of shape [2, 1]"),
    ([NUMBER], [[1]], "targets: expected an array of shape [2, 1] (a), found one of shape [1, 1]"),
    ([NUMBER], [1, 2, 3], "targets: expected an array of shape [2, 1] (a), found one of shape [3]"),
])
def test_a_fault_names_the_target_and_what_was_expected_and_found(targets, data, line, contract):
    assert faults(contract(targets=targets), response(data), 2) == [line]


def test_each_target_that_does_not_fit_has_its_line(contract):
    lines = faults(contract(targets=[PERCENT, WORD, {**PERCENT, "name": "q"}]), response([(2, "x", 3)]), 1)
    assert lines == ["p: expected a number from 0 up to 1, found 2 in row 0", "q: expected a number from 0 up to 1, found 3 in row 0"]


@pytest.mark.parametrize("kind", ["strData", None])
def test_a_response_without_an_array_is_a_fault(kind, contract):
    lines = faults(contract(targets=[PERCENT]), Payload(kind, "text" if kind else None), 1)
    assert lines == [f"targets: expected an array of shape [1, 1] (p), found {kind or 'no data'}"]


@pytest.mark.parametrize(("method", "count"), [("predict", 1), ("route", 1), ("aggregate", 2)])
def test_aggregate_gets_two_messages(method, count, contract):
    request = contract().request(method, 3, np.random.RandomState(0))
    messages = request if count == 2 else [request]
    assert [message.data.shape for message in messages] == [(3, 1)] * count
