"""seldon_component.codec.values: arrays are cleaned for the wire, and other values become plain."""

from collections import OrderedDict

import numpy as np
import pytest
from seldon_component.codec import values
from seldon_component.errors import ModelError
from seldon_component.user_class import responses


def test_an_array_that_needs_no_cleaning_is_not_copied():
    array = np.ones((2, 3))
    assert values.clean(array) is array


def test_a_result_with_empty_rows_without_end_is_refused():
    assert values.plain({"a": np.empty((0, 10**9))}) == {"a": []}
    with pytest.raises(ModelError, match=r"^a: expected at most 65536 rows without values, found an array of shape"):
        values.plain({"a": np.empty((10**9, 0))})


@pytest.mark.parametrize(("array", "kind"), [
    (np.array([1], dtype=">i4"), "i"),
    (np.array([1.0], dtype=">f8"), "f"),
    (np.array([1.0], dtype=np.longdouble), "f"),
    (np.array([b"a\xc3\xa9"]), "U"),
    (np.array(["2020-01-01"], dtype="M8[D]"), "U"),
    (np.asfortranarray(np.arange(6).reshape(2, 3)), "i"),
    (np.array([1, "a"], dtype=object), "O"),
    (np.array([1, 2], dtype=object), "i"),
    (np.array([np.float32(1.5)], dtype=object), "f"),
])
def test_an_array_is_cleaned_for_the_wire(array, kind):
    cleaned = values.clean(array)
    assert cleaned.dtype.kind == kind
    assert cleaned.dtype.isnative
    assert cleaned.dtype != np.longdouble or np.longdouble == np.float64
    assert cleaned.shape == array.shape
    assert kind not in "biuf" or cleaned.flags.c_contiguous


def test_the_values_survive_the_cleaning():
    assert values.clean(np.array([1, 258], dtype=">i4")).tolist() == [1, 258]
    assert values.clean(np.array([b"a\xc3\xa9"])).tolist() == ["aé"]
    assert values.clean(np.array(["2020-01-01"], dtype="M8[D]")).tolist() == ["2020-01-01"]


@pytest.mark.parametrize("array", [np.array([1j]), np.zeros(1, dtype=[("a", int)]), np.array([object()])])
def test_an_array_that_json_cannot_say_is_refused(array):
    with pytest.raises(ModelError, match=r"^data.ndarray(\[0\])?: expected numbers, text"):
        values.clean(array)


class Frame:
    """Stands for a DataFrame: an object that numpy can read."""

    def __array__(self, dtype=None, copy=None):
        return np.array([[1, 2]])


@pytest.mark.parametrize(("value", "expected"), [
    (np.float32(0.5), 0.5),
    (np.int64(3), 3),
    (np.bool_(True), True),
    (np.str_("a"), "a"),
    (b"abc", "abc"),
    ((1, [2, (3,)]), [1, [2, [3]]]),
    ({3}, [3]),
    (OrderedDict([("a", np.arange(2))]), {"a": [0, 1]}),
    ({1: {2.5: None}}, {"1": {"2.5": None}}),
    (Frame(), [[1, 2]]),
    (np.datetime64("2020-01-01"), "2020-01-01"),
    (np.array(5), 5),
    (None, None),
    (True, True),
    (2**70, 2**70),
])
def test_a_value_becomes_plain(value, expected):
    plain = values.plain(value)
    assert plain == expected
    assert type(plain) is type(expected)


def test_a_list_that_holds_itself_is_refused():
    endless: list = []
    endless.append(endless)
    with pytest.raises(ModelError, match="expected at most 200 levels of lists and dicts, found more"):
        values.plain(endless)


def test_a_plain_list_is_copied():
    """The class may change its own list while the response is sent."""
    own = [1, 2.5, "a", None]
    assert values.plain(own) == own
    assert values.plain(own) is not own


def test_only_the_spelling_of_a_number_of_types_is_kept(monkeypatch):
    monkeypatch.setattr(values, "_spellers", {})
    for number in range(1100):
        assert values.plain(type(f"Kind{number}", (dict,), {})(a=1)) == {"a": 1}
    assert len(values._spellers) == values._MOST_KINDS


@pytest.mark.parametrize(("cells", "kind"), [
    ([2**53 + 1, None], "O"), ([2**53, None], "f"), ([2**53 + 1, 0.5], "O"), ([1e300, 1], "f"), ([-2**60, 0.5], "O"),
])
def test_an_integer_that_a_double_has_not_keeps_its_digits(cells, kind):
    for array_ in (values.clean(np.array(cells, object)), responses.classify(cells, "ndarray", "M.predict")[1]):
        assert array_.dtype.kind == kind
        assert array_.tolist()[0] == cells[0]
