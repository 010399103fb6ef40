"""The kinds of rounds: one function each, which does its harm to a server and reports what must not be."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from random import Random
from typing import Any, NamedTuple

from chaos.chaos_server import ChaosServer
from chaos.clients import GrpcClient, HttpClient, send_framing
from chaos.framing_inputs import framing_input, post
from chaos.json_inputs import http_input
from chaos.load import Load, grpc_request, http_request
from chaos.messages import identity_of
from chaos.proto_inputs import proto_input
from chaos.report import Outcome, Report, in_threads
from seldon_runtime.system.open_files import RESERVE
from support.waiting import eventually

from bench.memory import family

_CLIENTS = 4
OPEN_FILES = 320  # of the server in `exhaust_open_files`
_TOO_MANY = 400  # connections
_REFUSALS = (0, 499, 503)  # of a server that stops; gRPC may say CANCELLED
_AT_ONCE = 0.05  # seconds before SIGTERM in which a client's request may still be on its way


class Round(NamedTuple):
    """seed: of its inputs. part: see `identity_of`. inputs: how many a fuzzing round sends."""

    server: ChaosServer
    report: Report
    seed: str
    part: int
    inputs: int

    def random(self, number: int) -> Random:
        """Of one input: it depends on no other input."""
        return Random(f"{self.seed}/{number}")

    def load(self) -> Load:
        return Load(self.server.ports, self.seed, self.part)


def fuzz_json(this: Round) -> None:
    def send(client: HttpClient, number: int) -> None:
        request = http_input(this.random(number), identity_of(this.part, number))
        _check(this, number, client.send(request), request)

    _spread(this, lambda: HttpClient(this.server.ports[0]), send)


def fuzz_protobuf(this: Round) -> None:
    def send(client: GrpcClient, number: int) -> None:
        request = proto_input(this.random(number), identity_of(this.part, number))
        _check(this, number, client.send(request), request)

    _spread(this, lambda: GrpcClient(this.server.ports[1]), send)


def _spread(this: Round, connect: Callable[[], Any], send: Callable[[Any, int], None]) -> None:
    """Send every input of the round, by several clients."""

    def run(first: int) -> None:
        client = connect()
        for number in range(first, this.inputs, _CLIENTS):
            send(client, number)
        client.close()

    in_threads([lambda first=first: run(first) for first in range(_CLIENTS)])()  # type: ignore[misc]
    this.report.count("inputs", this.inputs)


def _check(this: Round, number: int, outcome: Outcome, request: Any) -> None:
    """A client's mistake is a 4xx, and never an error of the server."""
    this.report.count(f"{outcome.status // 100}xx" if outcome.status else "lost")
    if outcome.fault:
        this.report.violate(f"input {number}: {outcome.status}, {outcome.fault}", request)
    elif outcome.status >= 500:
        this.report.violate(f"input {number}: {outcome.status}", request)
    elif request.is_valid and outcome.status != 200:
        this.report.violate(f"input {number}: a valid request got {outcome.status}", request)


def fuzz_framing(this: Round) -> None:
    def send(client: None, number: int) -> None:
        identity = identity_of(this.part, number)
        case = framing_input(this.random(number), identity)
        if fault := send_framing(this.server.ports[0], case, identity):
            this.report.violate(f"input {number}: {fault}", case.pieces)

    class Nobody:
        def close(self) -> None:
            """Each input has a connection of its own."""

    _spread(this, Nobody, send)


def slow_and_leaving(this: Round) -> None:
    """Others are served as always while some clients stop in the middle, do not read, or leave."""
    random = this.random(0)
    large = json.dumps({"data": {"ndarray": [[0.5] * 20_000]}}).encode()
    load = this.load()
    with ExitStack() as stack:
        for _ in range(this.inputs // 4):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", this.server.ports[0])))
            _misbehave(random, sock, large)
            if random.random() < 0.3:
                sock.close()
            this.report.count("inputs")
        _cancel_calls(this, random)
        eventually(lambda: len(load.outcomes) > 100, "others were served")
    _all_good(this, load.stop())


def _misbehave(random: Random, sock: socket.socket, large: bytes) -> None:
    what = random.randrange(4)
    if what == 0:  # half a head or half a body
        whole = post(large)
        sock.sendall(whole[:random.choice((0, 1, 20, 100, 1000, len(whole) // 2))])
    elif what == 1:  # a response that is not read
        sock.sendall(post(large) * 3)
    elif what == 2:  # leaves with a reset
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.sendall(post(large))
        sock.close()
    else:
        sock.sendall(post(b'{"strData":"a"}') * 50)


def _cancel_calls(this: Round, random: Random) -> None:
    client = GrpcClient(this.server.ports[1])
    for number in range(this.inputs // 4):
        client.cancel(grpc_request(random, identity_of(this.part, number), 0.002))
    this.report.count("inputs", this.inputs // 4)
    client.close()


def _all_good(this: Round, outcomes: list[Outcome]) -> None:
    this.report.count("requests", len(outcomes))
    for outcome in outcomes:
        if outcome.status != 200 or outcome.fault:
            this.report.violate(f"{outcome.identity}: {outcome.status}, {outcome.fault}")


def kill_the_class(this: Round) -> None:
    """SIGKILL under load: it fails requests that the class had begun, and no others, and none is begun twice."""
    random = this.random(0)
    this.server.begun()
    load = this.load()
    kills = random.randrange(3, 7)
    for _ in range(kills):
        time.sleep(random.uniform(0.02, 0.3))
        _kill_once(this.server)
    outcomes = load.stop()
    failed = [outcome for outcome in outcomes if outcome.status == 500 and not outcome.fault]
    begun = Counter(this.server.begun())
    unseen = [outcome.identity for outcome in failed if outcome.identity not in begun]
    if len(unseen) > kills:  # the class may have been killed just before it wrote the id
        this.report.violate(f"{kills} kills failed requests that the class had not begun: {unseen}")
    if twice := [identity for identity, times in begun.items() if times > 1]:
        this.report.violate(f"the class began requests more than once: {twice}")
    this.report.count("kills", kills)
    this.report.count("failed by a kill", len(failed))
    _all_good(this, [outcome for outcome in outcomes if outcome not in failed])


def _kill_once(server: ChaosServer) -> None:
    """Whichever request the class has in hand fails, perhaps the one that looks for the next process."""
    pid = eventually(server.model_pid, "the class responded")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: server.model_pid() not in (None, pid), "the class was restarted")


def stop_the_server(this: Round) -> None:
    """SIGTERM under load: every request that was sent before it, or that the class has begun, gets its response."""
    this.server.begun()
    load = this.load()
    time.sleep(this.random(0).uniform(0.1, 0.5))
    stopped = time.monotonic()
    code = this.server.stop()
    outcomes = load.stop()
    begun = set(this.server.begun())
    this.report.count("stops")
    this.report.count("requests", len(outcomes))
    if code:
        this.report.violate(f"the server ended with {code}: {this.server.errors[-500:]}")
    for outcome in outcomes:
        is_late = outcome.sent > stopped - _AT_ONCE and outcome.identity not in begun
        if (outcome.status != 200 or outcome.fault) and not (is_late and outcome.status in _REFUSALS):
            when = f"sent {outcome.sent - stopped:+.3f} s after SIGTERM, {'begun' if outcome.identity in begun else 'not begun'}"
            this.report.violate(f"{outcome.identity}: {outcome.status}, {outcome.fault}, {when}")
    this.server.start().wait_until_ready()


def exhaust_open_files(this: Round) -> None:
    """More clients than the process may have files: those beyond are refused, the others and a restart go on."""
    first = HttpClient(this.server.ports[0])
    _is_served(this, first, 0)
    with ExitStack() as stack:
        many = [stack.enter_context(socket.create_connection(("127.0.0.1", this.server.ports[0]))) for _ in range(_TOO_MANY)]
        _is_served(this, first, 1)
        answers: list[bytes] = []
        eventually(lambda: _count_open(many, answers) <= OPEN_FILES - RESERVE, "the server refused those beyond the limit")
        if not any(answer.startswith(b"HTTP/1.1 503 ") and b"MICROSERVICE_OVERLOADED" in answer for answer in answers):
            this.report.violate("no client beyond the limit got a 503", answers[:3])
        if this.server.column.mode == "separate":
            _kill_unseen(this)
        _is_served(this, first, 2)
    eventually(lambda: this.server.status("/ready") == 200, "the server took new clients again")
    first.close()


def _count_open(many: list[socket.socket], answers: list[bytes]) -> int:
    """How many connections the server keeps. answers: gets what those say that it does not, which are then closed."""
    for sock in many:
        if sock.fileno() >= 0 and select.select([sock], [], [], 0)[0]:
            with contextlib.suppress(ConnectionResetError):
                answers.append(sock.recv(65536))
            sock.close()
    return sum(sock.fileno() >= 0 for sock in many)


def _is_served(this: Round, client: HttpClient, number: int) -> None:
    request = http_request(this.random(number), identity_of(this.part, number))
    _check(this, number, client.send(request), request)


def _kill_unseen(this: Round) -> None:
    """Kill the class while nobody waits for a response; its restart needs descriptors, too."""
    os.kill(family(this.server.process.pid)[1], signal.SIGKILL)
    this.report.count("kills")


KINDS: dict[str, Callable[[Round], None]] = {
    "JSON": fuzz_json, "protobuf": fuzz_protobuf, "framing": fuzz_framing, "slow and leaving": slow_and_leaving,
    "kills": kill_the_class, "stop": stop_the_server, "open files": exhaust_open_files}
