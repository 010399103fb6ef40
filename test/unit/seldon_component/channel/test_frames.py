"""seldon_component.channel.frames: values as bytes on a socket, read alike by every interpreter."""

import math
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import seldon_component
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from seldon_component.channel.frames import Channel, frame, joined
from seldon_component.payload import Feedback, Payload

ECHO = """
import socket, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from seldon_component.channel.frames import Channel
channel = Channel(socket.fromfd(int(sys.argv[2]), socket.AF_UNIX, socket.SOCK_STREAM))
while True:
    try:
        head, value = channel.receive()
    except EOFError:
        break
    channel.send(head, value)
"""


@pytest.fixture(scope="module")
def peer(model_python):
    """A channel to another interpreter, which sends back the values that it has read."""
    ours, theirs = socket.socketpair()
    ours.settimeout(60)
    folder = str(Path(seldon_component.__file__).parent.parent)
    process = subprocess.Popen([model_python, "-c", ECHO, folder, str(theirs.fileno())], pass_fds=[theirs.fileno()])
    theirs.close()
    yield Channel(ours)
    ours.close()
    assert process.wait(60) == 0


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.settimeout(60)
    yield Channel(ours), Channel(theirs), ours
    ours.close()
    theirs.close()


def round_trip(channel, head, value=None):
    """What comes back; the sending has a thread of its own, as a value may not fit into the socket's buffer."""
    sender = threading.Thread(target=channel.send, args=(head, value))
    sender.start()
    received = channel.receive()
    sender.join()
    return received


HEADS: list[Any] = [
    None, True, False, 0, -1, 2**31, -2**31 - 1, 2**53 + 1, 2**63 - 1, -2**63, 2**63, 2**64, 10**300,
    0.1, -0.0, 1e308, 5e-324, math.inf, -math.inf,
    "", "a", "é", "日本", "\U0001f600", "\ud800", "\0", "a" * 100_000,
    b"", b"\x00\xff", bytes(range(256)), b"ascii",
    (), (1, ("a", b"b", None)), [], [1, [2.5, "x"]], {}, {"a": {"é": [None, True]}}, [[]] * 3, {"": 0},
]


@pytest.mark.parametrize("head", HEADS, ids=lambda head: ascii(head)[:30])
def test_a_plain_value_comes_back_from_every_interpreter(peer, head):
    found, value = round_trip(peer, head)
    assert value is None
    assert (found, type(found)) == (head, type(head))
    assert not isinstance(head, float) or math.copysign(1, head) == math.copysign(1, found)


def test_nan_comes_back_from_every_interpreter(peer):
    assert math.isnan(round_trip(peer, math.nan)[0])


ARRAYS = [
    np.array([[1, 2], [3, 4]]), np.array([1.5, np.nan, np.inf]), np.array([True, False]), np.array(5),
    np.arange(7, dtype=np.int8), np.arange(7, dtype=np.uint64) + 2**63, np.array([0.1], dtype=np.float32),
    np.array([0.1], dtype=np.float16), np.zeros((0, 3)), np.zeros((2, 0)), np.zeros((1,) * 32),
    np.arange(24).reshape(2, 3, 4)[:, ::2], np.asfortranarray(np.arange(6).reshape(2, 3)),
    np.array(["a", "日本"]), np.array([["", "abc"]]), np.array([], dtype="U1"),
    np.array([["a", 1, 2.5, None, True, 2**70]], dtype=object), np.array([], dtype=object),
    np.arange(300_000), np.array(["x" * 100_000]),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}"[:30])
def test_an_array_comes_back_from_every_interpreter_writable(peer, array):
    _, payload = round_trip(peer, "m", Payload("ndarray", array, ["a"], {"puid": "é"}))
    np.testing.assert_array_equal(payload.data, array)
    assert (payload.data.dtype.kind, payload.data.shape) == (array.dtype.kind, array.shape)
    assert array.dtype.kind not in "biuf" or payload.data.dtype == array.dtype
    assert payload.data.flags.writeable


def test_the_elements_of_a_mixed_array_keep_their_types(peer):
    row = round_trip(peer, "m", Payload("ndarray", np.array(["a", 1, 2.5, True, None], dtype=object)))[1].data
    assert [type(element) for element in row] == [str, int, float, bool, type(None)]


@pytest.mark.parametrize(("kind", "data"), [
    ("strData", "é"), ("binData", b"\x00\xff"), ("jsonData", {"a": [1, None, "é"]}), ("jsonData", [1]),
    ("jsonData", None), (None, None), ("jsonData", ["array", [1], "x", 3]),
])
def test_data_other_than_arrays_comes_back_from_every_interpreter(peer, kind, data):
    payload = round_trip(peer, "m", Payload(kind, data, [], {"tags": {"é": 1}}, {"code": 200}))[1]
    assert (payload.kind, payload.data, payload.names) == (kind, data, [])
    assert (payload.meta, payload.status) == ({"tags": {"é": 1}}, {"code": 200})


def test_bytes_in_an_array_come_back_from_every_interpreter(peer):
    elements = [b"\xff\x00", b"", "é\x00", "日本"]
    found = round_trip(peer, "m", Payload("v2tensor", np.array(elements, dtype=object).reshape(2, 2)))[1].data
    assert (found.shape, found.ravel().tolist()) == ((2, 2), elements)


def test_several_arrays_come_back_from_every_interpreter(peer):
    sent = (np.arange(300_000, dtype="f2"), np.array([b"\xff", "t"], dtype=object), np.array(1, dtype="i8"))
    payload = round_trip(peer, "m", Payload("v2tensors", sent, ["a", "b", "c"]))[1]
    assert (payload.kind, payload.names, type(payload.data)) == ("v2tensors", ["a", "b", "c"], tuple)
    for one, other in zip(payload.data, sent, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_array_equal(one, other)


def test_a_view_of_a_body_is_sent_without_a_copy():
    body = bytearray(1_000_001)
    view = np.frombuffer(memoryview(body)[1:], np.float32)
    buffers = frame("m", Payload("v2tensor", view))
    assert any(np.shares_memory(np.frombuffer(buffer, np.uint8), view) for buffer in buffers)


def test_a_list_of_payloads_keeps_its_order_and_its_arrays_apart(peer):
    sent = [Payload("ndarray", np.full(size, size, dtype="i1")) for size in (3, 0, 17)] + [Payload("strData", "a")]
    received = round_trip(peer, "aggregate", sent)[1]
    assert [len(payload.data) for payload in received] == [3, 0, 17, 1]
    assert [set(payload.data.tolist()) for payload in received[:3]] == [{3}, set(), {17}]


def test_a_feedback_comes_back_complete(peer):
    sent = Feedback(Payload("ndarray", np.array([1])), Payload(meta={"routing": {"u": 1}}), 0.5,
                    Payload("tensor", np.array([2.5])))
    received = round_trip(peer, "send_feedback", sent)[1]
    assert (received.request.data.tolist(), received.truth.data.tolist()) == ([1], [2.5])
    assert (received.response.meta, received.reward) == ({"routing": {"u": 1}}, 0.5)


def test_a_frame_may_arrive_byte_by_byte(pair):
    ours, theirs, _ = pair
    frames = _Recorder()
    Channel(frames).send("head", Payload("ndarray", np.arange(3)))
    thread = threading.Thread(target=lambda: [pair[2].send(bytes([byte])) for byte in frames.data])
    thread.start()
    head, payload = theirs.receive()
    thread.join()
    assert (head, payload.data.tolist()) == ("head", [0, 1, 2])


@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 40, 70, 100, 200])
def test_a_frame_that_is_cut_short_is_an_end_of_file(size, pair):
    frames = _Recorder()
    Channel(frames).send("head", Payload("ndarray", np.arange(30)))
    assert size < len(frames.data)
    pair[2].sendall(frames.data[:size])
    pair[2].shutdown(socket.SHUT_WR)
    with pytest.raises(EOFError, match="the other process closed the connection"):
        pair[1].receive()


class _Recorder:
    data = b""

    def sendall(self, data):
        self.data += bytes(data)


def test_a_large_body_is_received_by_one_call():
    """Each end keeps its socket blocking, unlike those of `pair`, so that the kernel may fill the whole body."""
    class Counting(socket.socket):
        calls = 0

        def recv_into(self, *arguments):
            self.calls += 1
            return super().recv_into(*arguments)

    ours, theirs = socket.socketpair()
    with ours, Counting(fileno=theirs.detach()) as counting:
        array = np.arange(1_000_000.0)
        sender = threading.Thread(target=Channel(ours).send, args=("m", Payload("tensor", array)))
        sender.start()
        found = Channel(counting).receive()[1].data
        sender.join(60)
        assert counting.calls == 1
    np.testing.assert_array_equal(found, array)


def test_a_closed_channel_keeps_no_bytes(pair):
    _, theirs, socket_ = pair
    socket_.sendall(b"".join([*frame("read"), *frame("not read")]))
    assert theirs.receive() == ("read", None)
    assert theirs.holds_a_frame()
    theirs.close()
    assert not any(value for value in vars(theirs).values() if isinstance(value, bytes))


elements = st.one_of(npst.boolean_dtypes(), npst.integer_dtypes(endianness="="),
                     npst.floating_dtypes(endianness="=", sizes=(16, 32, 64)))
texts = st.text(max_size=5)
plain = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
                     lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
numeric = elements.flatmap(lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=4, min_side=0)))
objects = npst.arrays(object, npst.array_shapes(min_side=0),
                      elements=st.none() | st.integers() | texts, fill=st.nothing())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numeric | objects, st.lists(texts, max_size=3), st.dictionaries(texts, plain, max_size=3))
def test_any_payload_comes_back_the_same(peer, array, names, meta):
    payload = round_trip(peer, "predict", Payload("ndarray", array, names, meta))[1]
    np.testing.assert_array_equal(payload.data, array)
    assert (payload.data.dtype, payload.data.shape) == (array.dtype, array.shape)
    assert (payload.names, payload.meta) == (names, meta)


@pytest.mark.parametrize(("sizes", "found"), [
    ([], []), ([0], []), ([1], [1]), ([1, 2, 0, 3], [6]), ([1, 131_071], [131_072]), ([1, 131_072], [1, 131_072]),
    ([10, 200_000, 20, 30], [10, 200_000, 50]), ([100_000, 100_000, 20_000], [100_000, 120_000]),
])
def test_small_buffers_are_joined_and_a_large_one_is_sent_as_it_is(sizes, found):
    buffers = [memoryview(b"%d" % (size % 10) * size)[:size] for size in sizes]
    made = [*joined(buffers)]
    assert [len(buffer) for buffer in made] == found
    assert b"".join(made) == b"".join(buffers)
    assert all(any(buffer is one for one in buffers) for buffer in made if len(buffer) > 131_072)
