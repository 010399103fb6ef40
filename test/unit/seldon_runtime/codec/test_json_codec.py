"""seldon_runtime.codec.json_codec: the JSON wire, byte for byte."""

import json
import math

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from seldon_component.errors import BadPayload, CallError
from seldon_component.payload import Feedback, Payload
from seldon_runtime.codec import density, json_codec
from seldon_runtime.errors import TooLarge


def decode(body, method="predict"):
    return json_codec.to_content(method, body)


@pytest.mark.parametrize(("body", "value"), [
    (b'{"a":[1,2.5,null,true,"x"]}', {"a": [1, 2.5, None, True, "x"]}),
    (b"[9007199254740993]", [2**53 + 1]),
    (b"[18446744073709551615]", [2**64 - 1]),
    (b"[18446744073709551616]", [2**64]),
    (b"[-9223372036854775809]", [-2**63 - 1]),
    (b"[1" + b"0" * 300 + b"]", [10**300]),
    (b"[0.1234567890123456789012]", [0.1234567890123456789012]),
    (b"[0.1234567890123456789,-12345678901234567890.5,1234567890123456789e2]",
     [0.1234567890123456789, -12345678901234567890.5, 1234567890123456789e2]),
    (b"[0.1234567890123456789,0.0,12345678901234567890123]", [0.1234567890123456789, 0.0, 12345678901234567890123]),
    (b"12345678901234567890123", 12345678901234567890123),
    (b"[Infinity,-Infinity]", [math.inf, -math.inf]),
    (b'["\\ud83d\\ude00"]', ["😀"]),
    (b'["\\ud800"]', ["\ud800"]),
    (b'{"a":1,"a":2}', {"a": 2}),
    (b'\xef\xbb\xbf[1]', [1]),
    (b"[" * 500 + b"]" * 500, None),
])
def test_a_body_is_parsed_exactly(body, value):
    found = json_codec.parse(body)
    assert value is None or (found, repr(found)) == (value, repr(value))


def test_long_floats_alone_do_not_need_the_slow_parser(monkeypatch):
    monkeypatch.setattr(json, "loads", None)
    assert json_codec.parse(b"[0.00123456789012345678901,12345678901234567890.5e-3]") == [0.00123456789012345678901, 12345678901234567890.5e-3]


def test_a_bare_nan_is_parsed():
    assert math.isnan(json_codec.parse(b"[NaN]")[0])


@pytest.mark.parametrize("body", [b"", b"{", b"[1,]", b"nul", b'"\xff"', b"[1]x", b"{'a':1}", b"[" + b"1" * 5000 + b"]"])
def test_what_is_no_json_is_said_to_be_none(body):
    with pytest.raises(BadPayload, match="^the body is not JSON: "):
        json_codec.parse(body)


@pytest.fixture
def little_memory(monkeypatch):
    """So that a few bytes are enough to take too much."""
    monkeypatch.setattr(density, "_ALWAYS_ALLOWED", 0)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("body", [b"[" + b"{}," * 300 + b"1]", b"[" + b"[]," * 300 + b"1]", b"[" + b'{"a":[]},' * 200 + b"1]",
                                  b"[" + b"1," * 2000 + b"1]", b'{"data":{"ndarray":[1],"names":[' + b'"a",' * 2000 + b'"a"]}}'])
def test_objects_and_lists_that_would_take_much_more_memory_than_the_body_are_too_large(body):
    with pytest.raises(TooLarge, match="^the message: expected values that take at most 50000 bytes of memory, found about [0-9]+; "
                                       "send numbers as data.tensor or data.ndarray, or raise MAX_BODY_BYTES$"):
        json_codec.to_content("predict", body, 10_000)
    assert json_codec.parse(body, 1_000_000) == json.loads(body)


def test_rows_of_numbers_are_no_lists_that_count():
    body = json.dumps({"data": {"ndarray": [[1.5]] * 5000}}).encode()
    assert json_codec.parse(body, len(body))["data"]["ndarray"].shape == (5000, 1)


@pytest.mark.usefixtures("little_memory")
def test_numbers_that_would_take_much_more_memory_than_the_body_are_too_large():
    with pytest.raises(TooLarge, match="^the message: expected values that take at most 50000 bytes of memory, found about 80000; "):
        json_codec.parse(b'{"data":{"ndarray":[' + b"1," * 4999 + b"1]}}", 10_000)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("piece", [7, 1_000_000])
@pytest.mark.parametrize("text", ["{,[" * 1000, '\\",{"[' * 500, "\\\\", '\\\\\\"' + "," * 1000, ",[" * 900 + "\\"])
def test_what_stands_in_a_text_does_not_count(text, piece, monkeypatch):
    monkeypatch.setattr(density, "_PIECE", piece)
    body = json.dumps({"strData": text, "meta": {"tags": {"a": text}}}).encode()
    assert json_codec.parse(body, 1000) == json.loads(body)
    with pytest.raises(TooLarge):
        json_codec.parse(body[:-1] + b',"x":[' + b"1," * 300 + b"1]}", 1000)


@pytest.mark.parametrize("array", [
    np.arange(300_000), np.arange(300_000).reshape(1, -1), np.arange(300_000) / 7, np.full((1000, 200), np.nan),
    np.arange(600_000).reshape(2, 300_000), np.arange(600_000).reshape(60_000, 10)[::2], np.arange(200_000).reshape(2, 1000, 10, 10),
    np.array(["a", None] * 50_000, object), np.arange(150_000).reshape(2, 3, 25_000) > 9,
], ids=lambda array: str(array.shape))
def test_a_large_array_is_encoded_in_pieces_that_say_the_same(array, monkeypatch):
    sizes, dumps = [], orjson.dumps

    def watched_dumps(value, **given):
        sizes.append(getattr(value, "size", 0))
        return dumps(value, **given)

    monkeypatch.setattr(orjson, "dumps", watched_dumps)
    sent = json_codec.encode(Payload("ndarray", array, ["a"], {"tags": {"b": np.arange(2)}}))
    assert dumps(json.loads(sent)) == dumps({"data": {"names": ["a"], "ndarray": array.tolist()}, "meta": {"tags": {"b": [0, 1]}}})
    assert max(sizes) <= 131_072


def test_a_nest_that_no_parser_follows_is_bad_data():
    with pytest.raises(BadPayload, match="nested too deeply"):
        json_codec.parse(b"[" * 1_000_000 + b"]" * 1_000_000)


@pytest.mark.parametrize(("method", "kind"), [
    ("predict", Payload), ("route", Payload), ("transform_input", Payload), ("aggregate", list), ("send_feedback", Feedback),
])
def test_a_method_has_its_own_kind_of_request(method, kind):
    body = b'[{"strData":"a"}]' if kind is list else b'{"strData":"a"}'
    assert isinstance(decode(body, method), kind)


@pytest.mark.parametrize(("payload", "body"), [
    (Payload("ndarray", np.array([[1, 2]]), ["a"]), '{"data":{"names":["a"],"ndarray":[[1,2]]},"meta":{}}'),
    (Payload("tensor", np.array([[1.0, np.nan]])),
     '{"data":{"names":[],"tensor":{"shape":[1,2],"values":[1.0,null]}},"meta":{}}'),
    (Payload("ndarray", np.array([np.inf, -np.inf])), '{"data":{"names":[],"ndarray":[null,null]},"meta":{}}'),
    (Payload("ndarray", np.array([0.1], np.float32)), '{"data":{"names":[],"ndarray":[0.10000000149011612]},"meta":{}}'),
    (Payload("tensor", np.array([0.1], np.float16)),
     '{"data":{"names":[],"tensor":{"shape":[1],"values":[0.0999755859375]}},"meta":{}}'),
    (Payload("ndarray", np.array([2**70, 1], dtype=object)),
     '{"data":{"names":[],"ndarray":[1180591620717411303424,1]},"meta":{}}'),
    (Payload("ndarray", np.array([True])), '{"data":{"names":[],"ndarray":[true]},"meta":{}}'),
    (Payload("ndarray", np.array(["é"])), '{"data":{"names":[],"ndarray":["é"]},"meta":{}}'),
    (Payload("ndarray", np.array(["a", 1, 0.5, None, math.nan], dtype=object)),
     '{"data":{"names":[],"ndarray":["a",1,0.5,null,null]},"meta":{}}'),
    (Payload("ndarray", np.arange(4).reshape(2, 2).T), '{"data":{"names":[],"ndarray":[[0,2],[1,3]]},"meta":{}}'),
    (Payload("ndarray", np.zeros((2, 0))), '{"data":{"names":[],"ndarray":[[],[]]},"meta":{}}'),
    (Payload("strData", "\ud800"), '{"strData":"\\ud800","meta":{}}'),
    (Payload("jsonData", {"n": 2**70, "x": math.nan}), '{"jsonData":{"n":1180591620717411303424,"x":null},"meta":{}}'),
    (Payload("binData", b"\x00\xff"), '{"binData":"AP8=","meta":{}}'),
])
def test_an_answer_is_written_exactly(payload, body):
    assert json_codec.encode(payload).decode() == body


def test_nan_can_go_out_as_the_historical_bare_word():
    payload = Payload("ndarray", np.array([math.nan, math.inf]), meta={"tags": {"a": math.nan}})
    assert json_codec.encode(payload, nan_literal=True).decode() == (
        '{"data":{"names":[],"ndarray":[NaN,Infinity]},"meta":{"tags":{"a":NaN}}}')


def test_an_error_is_a_status():
    assert json_codec.encode_error(BadPayload("é: bad")).decode() == (
        '{"status":{"status":1,"code":-1,"reason":"MICROSERVICE_BAD_DATA","info":"é: bad"}}')


def test_an_error_with_a_body_is_that_body():
    assert json_codec.encode_error(CallError("x", body={"a": 2**70})) == b'{"a":1180591620717411303424}'


numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=5)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
shapes = npst.array_shapes(max_dims=4, max_side=4)
doubles = npst.arrays(np.float64, shapes, elements=st.floats(allow_nan=False, allow_infinity=False))
integers = npst.arrays(npst.integer_dtypes(endianness="=") | npst.unsigned_integer_dtypes(endianness="="), shapes)
flags = npst.arrays(bool, shapes)
mixed = npst.arrays(object, shapes, elements=st.integers() | texts | st.booleans(), fill=st.nothing())


@given(doubles | integers | flags | mixed, st.lists(texts, max_size=3))
def test_any_ndarray_is_the_same_when_it_is_read_again(array, names):
    found = decode(json_codec.encode(Payload("ndarray", array, names)))
    assert (found.kind, found.data.shape, list(found.names)) == ("ndarray", array.shape, names)
    assert repr(found.data.tolist()) == repr(array.tolist())


@given(doubles | integers)
def test_any_tensor_is_the_same_when_it_is_read_again(array):
    found = decode(json_codec.encode(Payload("tensor", array)))
    assert (found.kind, found.data.shape) == ("tensor", array.shape)
    assert repr(found.data.tolist()) == repr(array.tolist())


@given(values, st.dictionaries(texts, values, max_size=3))
def test_any_json_is_the_same_when_it_is_read_again(value, tags):
    found = decode(json_codec.encode(Payload("jsonData", value, meta={"tags": tags, "puid": "p"})))
    assert (found.kind, repr(found.data)) == ("jsonData", repr(value))
    assert found.meta == {"tags": tags, "puid": "p"}


@given(st.binary(max_size=50))
def test_any_bytes_are_the_same_when_they_are_read_again(data):
    assert decode(json_codec.encode(Payload("binData", data))).data == data


@given(st.text())
def test_any_text_is_the_same_when_it_is_read_again(text):
    assert decode(json_codec.encode(Payload("strData", text))).data == text


@given(st.binary(max_size=60) | values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_read_or_refused_as_bad_data(body):
    for method in ("predict", "aggregate", "send_feedback"):
        try:
            decode(body, method)
        except BadPayload as error:
            assert str(error)


KEYS = ("data", "ndarray", "tensor", "tftensor", "names", "shape", "values", "strData", "binData", "jsonData", "meta",
        "tags", "puid", "routing", "requestPath", "metrics", "status", "code", "request", "response", "truth", "reward",
        "seldonMessages", "dtype", "tensorShape", "dim", "size", "tensorContent")
messages = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3)
                        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4), max_leaves=15)


@given(st.dictionaries(st.sampled_from(KEYS), messages, max_size=4) | st.lists(messages, max_size=2))
def test_any_value_at_any_key_is_read_or_refused_as_bad_data(message):
    for method in ("predict", "aggregate", "send_feedback"):
        try:
            json_codec.to_content(method, json.dumps(message).encode())
        except BadPayload as error:
            assert str(error)
