"""codec.json_arrays: the shortcut for large numeric bodies, against the general codec."""

import json
import math
from concurrent.futures import ThreadPoolExecutor

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seldon_component.codec import message
from seldon_component.errors import BadPayload
from seldon_component.payload import Payload
from seldon_runtime.codec import json_arrays, json_codec

LARGE = b" " * 3000  # a body this long takes the shortcut


general = json_codec.parse_plain


def taken(body):
    return json_arrays.parse(body, general)


def meaning(decoded):
    """What a message means, or says in its error, each number with its type and all its bits."""
    try:
        payload = message.to_payload(decoded)
    except BadPayload as error:
        return str(error)
    data = payload.data
    if isinstance(data, np.ndarray):
        data = (data.dtype, data.shape, data.tolist() if data.dtype == object else data.tobytes())
    return repr((payload.kind, data, payload.names, payload.meta, payload.status))


def assert_both_mean_the_same(body):
    found = taken(body)
    if found is not None:
        assert meaning(found) == meaning(general(body))
    return found is not None


def tensor(values, shape, rest=""):
    return b'{"data":{"tensor":{"shape":%s,"values":%s}%s}}' % (shape.encode(), values.encode(), rest.encode())


def ndarray(values, rest=""):
    return b'{"data":{"names":["a"],"ndarray":%s}%s}' % (values.encode(), rest.encode())


@pytest.mark.parametrize("body", [
    tensor("[1,2,3,4]", "[2,2]"),
    tensor("[1,2.5,-0,-0.0,5e-324,1e-400]", "[3,2]"),
    tensor("[9223372036854775807,-9223372036854775808]", "[2]"),
    tensor("[9007199254740993,4611686018427387905,0.5]", "[3]"),
    tensor("[1,2,3]", "[2,2]"),
    tensor("[1,2]", '["2"]'),
    tensor("[1]", "[" + "1," * 40 + "1]"),
    tensor("[1]", "[1]", ',"ndarray":[2]'),
    tensor("[1]", "[1]", ',"names":[5]'),
    tensor(" [ 1 ,\n2\t] ", "[2]"),
    ndarray("[1,2]"),
    ndarray("[[1,2],[3,4.5]]", ',"meta":{"puid":"p","tags":{"a":[[1]],"b":"]] [["}}'),
    ndarray(" [ [ 1 ] , [ 2 ] ] ", ',"status":{"code":200}'),
    ndarray("[[1]]", ',"strData":"x"'),
    ndarray("[[1]]", ',"meta":5'),
    ndarray("[[1]]", ',"meta":{"tags":{"n":NaN}}'),
    b'{"data":{"ndarray":"x","ndarray":[1,2]}}',
    ndarray("[[1,NaN],[NaN,-0]]"), ndarray("[NaN]"), ndarray("[9007199254740993,NaN]"), tensor("[NaN,1]", "[2]"),
])
def test_numbers_are_taken_and_mean_what_the_general_codec_says(body):
    assert assert_both_mean_the_same(body)


@pytest.mark.parametrize("body", [
    b"", b"[]", b"{", b"[[1,2]]", ndarray("[]"), ndarray("[[],[]]"), ndarray("[[1,2],[3]]"), ndarray("[[1],2]"),
    ndarray("[1,[2]]"), ndarray("[[[1]]]"), ndarray("[[1,[2]],[3,4]]"), ndarray("[[1,[],3],[4,5,6]]"),
    ndarray("[[1,[2],3],[4,5,6]]"), ndarray("[[1,null]]"), ndarray("[[1,true]]"), ndarray('[[1,"]]"]]'),
    ndarray('[[1,{"a":[1]}]]'), ndarray("[1,Infinity]"), ndarray("[[NaN,1e400]]"), ndarray("[01]"), ndarray("[1,]"),
    ndarray("[1 2]"), ndarray("[[1][2]]"), ndarray("[[1],[2]"), ndarray("[1e400]"), ndarray("[1"),
    ndarray("[9223372036854775807,0.5]"), ndarray("[9223372036854775808,1]"), ndarray("[9223372036854775808,-1]"), ndarray("[18446744073709551616]"),
    ndarray("[-9223372036854775809]"), ndarray("[1e300]"), tensor("[1,null]", "[2]"), tensor("[[1]]", "[1]"),
    b'{"data":{"ndarray":[[1]],"ndarray":[[2]]}}', b'{"data":{"ndarray":[[1]]},"data":{"ndarray":[[2]]}}',
    b'{"data":{"tensor":{"values":[1],"shape":[1],"\\u0076alues":[2]}}}', b'{"data":{"values":[1]}}',
    b'{"tensor":{"values":[1],"shape":[1]}}', b'{"request":{"data":{"ndarray":[[1]]}}}', b'[{"data":{"ndarray":[[1]]}}]',
    b'{"strData":"\\"ndarray\\":[[1]]"}', b'{"data":{"x\\"ndarray":[[1]]}}', b'{"data":{"ndarray":[1]}}x',
    b'{"data":{"ndarray":[1]},"a":"\xff"}', b'\xef\xbb\xbf{"data":{"ndarray":[1,"a"]}}',
])
def test_everything_else_is_left_to_the_general_codec(body):
    assert taken(body) is None


def test_a_large_body_comes_by_the_shortcut_and_its_array_may_be_written_to():
    body = ndarray("[[1,2],[3,4]]") + LARGE
    assert isinstance(json_codec.parse(body)["data"]["ndarray"], np.ndarray)
    payload = json_codec.to_content("predict", body)
    assert isinstance(payload, Payload)
    assert payload.data.flags.writeable and payload.data.flags.c_contiguous and payload.data.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("body", [ndarray("[[1,2],[3]]"), tensor("[1,2]", "[3]"), ndarray("[[1,x]]"), ndarray("[[1,2]]")])
@pytest.mark.parametrize("method", ["predict", "aggregate", "send_feedback"])
def test_a_large_body_is_answered_like_a_small_one(method, body):
    def found(body):
        try:
            return type(json_codec.to_content(method, body))
        except BadPayload as error:
            return str(error)

    assert found(body + LARGE) == found(body)


def test_a_list_that_opens_with_a_million_spaces_is_read_in_one_go():
    assert taken(ndarray("[" + " " * 1_000_000 + "x]")) is None


numbers = (st.integers(-2**66, 2**66) | st.just(math.nan) | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False)
           | st.floats(-1, 1) | st.integers(2**53 - 9, 2**53 + 9) | st.integers(2**63 - 3, 2**63 + 3))
sorts = st.sampled_from([numbers, st.integers(-2**63, 2**63 - 1), st.floats(-1e9, 1e9), st.integers(0, 2**64 - 1)])
oddities = st.none() | st.booleans() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
cells = sorts.flatmap(lambda sort: st.lists(sort, min_size=1, max_size=6) | st.lists(sort | oddities, max_size=4))
rows = sorts.flatmap(lambda sort: st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(sort, min_size=width, max_size=width), min_size=1, max_size=4)))
lists = cells | rows | st.lists(cells, max_size=3) | st.lists(rows, max_size=2)
metas = st.dictionaries(st.sampled_from(["puid", "tags", "routing", "x"]), st.text(max_size=3) | st.just({"a": [[1]]}))
names = st.lists(st.text(max_size=3), max_size=3)


@st.composite
def bodies(draw):
    values = draw(lists)
    data = draw(st.sampled_from([
        {"ndarray": values}, {"tensor": {"shape": [len(values)], "values": values}},
        {"tensor": {"values": values, "shape": draw(st.lists(st.integers(-1, 4), max_size=3))}},
    ]))
    sent = {"data": {"names": draw(names), **data}, "meta": draw(metas)}
    return json.dumps(sent, indent=draw(st.sampled_from([None, 1])), ensure_ascii=draw(st.booleans())).encode()


@given(bodies())
def test_whatever_is_taken_of_any_message_means_what_the_general_codec_says(body):
    assert_both_mean_the_same(body)


@given(bodies(), st.data())
def test_whatever_is_taken_of_a_damaged_message_means_what_the_general_codec_says(body, data):
    damaged = bytearray(body)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at:at + data.draw(st.integers(0, 2))] = data.draw(st.sampled_from(
            [b"", b"[", b"]", b",", b"]]", b"[[", b'"', b"{", b"}", b" ", b"-", b".", b"e", b"0", b"\0", b"\xff", b"\\", b":"]))
    assert_both_mean_the_same(bytes(damaged))


@pytest.mark.parametrize("numbers", [1000, 100_000])
def test_parsers_are_kept_in_a_bounded_number(numbers):
    """Each keeps ten times the bytes of its largest text, so one for each thread would be too many."""
    body = tensor(json.dumps([0.5] * numbers), f"[{numbers}]")
    with ThreadPoolExecutor(16) as threads:
        for found in threads.map(taken, [body] * 64):
            assert found["data"]["tensor"]["values"].sum() == numbers / 2
    assert len(json_arrays._parsers) <= 4


@pytest.fixture
def tiny_pieces(monkeypatch):
    """So that a text of a few bytes is read in pieces; each cut may then be anywhere."""
    monkeypatch.setattr(json_arrays, "_PIECE", 1)
    monkeypatch.setattr(json_arrays, "_LONGEST_NUMBER", 6)


@pytest.mark.usefixtures("tiny_pieces")
class TestInPieces:
    @pytest.mark.parametrize("body", [
        ndarray("[[1,2,3],[4,5,6],[7,8,9.5]]"), ndarray("[ [1] , [2] , [3] ]"), ndarray("[1,2,3,4,NaN,6]"),
        tensor("[1,2,3,4.5,6]", "[5]"), ndarray("[[1,2,3,4,5,6]]"), ndarray("[[1],[2],[3]]"),
    ])
    def test_numbers_are_taken_and_mean_what_the_general_codec_says(self, body):
        assert assert_both_mean_the_same(body)

    @pytest.mark.parametrize("body", [
        ndarray("[1,2,3,]"), ndarray("[1,2,,3]"), ndarray("[,1,2,3]"), ndarray("[[1,2,],[3,4]]"), ndarray("[[1,2],[,3]]"),
        ndarray("[[1,2],[3,4],]"), ndarray("[[1,2],,[3,4]]"), ndarray("[[1,2],[3,4,5]]"), ndarray("[[1,2,3],[4,5]]"),
        ndarray("[[1,2],3,[4,5]]"), ndarray("[[1,2],[[3],4]]"), ndarray("[1,[2,3],4]"), ndarray("[[1,2,3],4]"),
        ndarray("[[1,2][3,4],[5,6]]"), ndarray("[[1,2],[3,true]]"), ndarray('[[1,2],[3,"4"]]'), ndarray("[[1,2],[3,null]]"),
        ndarray("[9223372036854775807,1,2,0.5]"), ndarray("[1,2,3,9223372036854775808]"), ndarray("[[1,2],[],[3,4]]"),
    ])
    def test_everything_else_is_left_to_the_general_codec(self, body):
        assert taken(body) is None

    @given(bodies())
    @hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
    def test_whatever_is_taken_means_what_the_general_codec_says(self, body):
        assert_both_mean_the_same(body)


def test_the_longest_text_that_a_parser_gets_is_bounded(monkeypatch):
    """simdjson holds the interpreter's lock, and probes wait meanwhile."""
    monkeypatch.setattr(json_arrays, "_PIECE", 1000)
    monkeypatch.setattr(json_arrays, "_LONGEST_NUMBER", 100)
    longest = []
    monkeypatch.setattr(json_arrays, "_parse_quickly", lambda text, has_rows: longest.append(len(text)))
    for rows in (1, 2, 5000):
        body = ndarray(json.dumps(np.arange(10_000).reshape(rows, -1).tolist()))
        assert taken(body)["data"]["ndarray"].shape == (rows, 10_000 // rows)
    assert taken(ndarray("[1," + "2" * 10_000 + ",3]")) is None
    assert max(longest) <= 1104


def test_a_search_for_the_array_passes_what_only_looks_like_one():
    found = taken(b'{"meta":{"tags":{"a":"\\"values\\"","ndarray":"values"}},"data":{"names":["values"],"ndarray":[1,2]}}')
    assert found["data"]["ndarray"].tolist() == [1, 2]
