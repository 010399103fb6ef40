"""After large messages, the memory of both processes is back within seconds, on every interpreter and in both modes."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
import requests
from support.contract_servers import COLUMNS
from support.heaps import heaps_beside_the_first
from support.waiting import eventually

MUCH = 50_000_000  # bytes
AT_A_TIME = 4
NUMBERS = b"[" + b",".join([b"0.%07d" % number for number in range(1000)]) + b"]"
ROWS = b"[" + b",".join([NUMBERS] * 1000) + b"]"
LARGE = {
    "numbers": b'{"data":{"ndarray":' + ROWS + b"}}",
    "text": b'{"strData":"' + b"x" * 20_000_000 + b'"}',
    "bytes": b'{"binData":"' + b"AAAA" * 5_000_000 + b'"}',
    "objects": b'{"jsonData":{"a":' + ROWS[:2_000_000].rpartition(b"],")[0] + b"]]}}",
    "no JSON": b'{"strData":"' + b"x" * 20_000_000,
}


def memory_of(server):
    """Bytes in the memory of the server and of the component's process."""
    pids = [server.process.pid, *map(int, children_of(server.process.pid))]
    return sum(rss_of(pid) for pid in pids)


def children_of(pid):
    return [pid for task in Path(f"/proc/{pid}/task").iterdir() for pid in (task / "children").read_text().split()]


def rss_of(pid):
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def over_rest(server, body):
    requests.post(server.url + "/predict", body, headers={"Content-Type": "application/json"}, timeout=60)


def over_grpc(server, body):
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}", options) as channel:
        channel.unary_unary("/seldon.protos.Model/Predict")(body, timeout=60)


@pytest.fixture(scope="module", params=COLUMNS, ids=str)
def server(request, serve):
    found = serve("Echo", request.param)
    for body in LARGE.values():  # what is loaded for the first large message stays
        over_rest(found, body[:3_000_000])
    return found


@pytest.mark.parametrize("name", LARGE)
def test_memory_is_back_after_large_messages_over_rest(server, name):
    assert_memory_is_back(server, over_rest, LARGE[name])


def test_memory_is_back_after_large_messages_over_grpc(server):
    assert_memory_is_back(server, over_grpc, string(b"x" * 20_000_000))


def test_memory_is_back_after_clients_that_left_in_the_middle_of_a_large_body(server):
    before = memory_of(server)
    head = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n"
    clients = [socket.create_connection(("127.0.0.1", server.http_port)) for _ in range(2 * AT_A_TIME)]
    for client in clients:
        client.sendall(head + LARGE["text"][:18_000_000])
    eventually(lambda: memory_of(server) > before + MUCH, "the bodies have come")
    for client in clients:
        client.close()
    assert_memory_falls_to(server, before)


def test_all_threads_of_the_server_share_one_heap(server):
    """glibc gives back the free end of the first heap only."""
    assert heaps_beside_the_first(server.process.pid) == []


def string(text):
    """A SeldonMessage with strData."""
    size = len(text)
    length = bytearray()
    while size > 0x7F:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return b"\x2a" + bytes(length) + bytes([size]) + text


def assert_memory_is_back(server, ask, body):
    before = memory_of(server)
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        list(threads.map(lambda _: ask(server, body), range(AT_A_TIME)))
    assert_memory_falls_to(server, before)


def assert_memory_falls_to(server, before):
    eventually(lambda: memory_of(server) < before + MUCH, lambda: f"{memory_of(server)} bytes fell to about {before}")
