"""The limits and our own servers, really started. The peers are not installed for the tests."""

from __future__ import annotations

import numpy as np
import pytest

from bench import bodies, cores, servers
from bench.errors import BenchError
from bench.payloads import SMALL
from bench.process import Process

OURS = (servers.STATIC, servers.SEPARATE, servers.INLINE, servers.ECHO, servers.SEPARATE_GRPC, servers.INLINE_GRPC)


@pytest.mark.parametrize("server", OURS, ids=lambda server: f"{server.name} {server.wire.path}")
def test_a_server_answers_with_the_array_of_the_question(server):
    bodies.write_answers([SMALL])
    process = Process(server, cores.of_server())
    try:
        assert process.seconds_to_first_answer(SMALL) > 0
        assert np.array_equal(server.wire.decode(process.ask(SMALL)), SMALL.array)
    finally:
        process.stop()


def test_a_server_that_ends_is_named_with_what_it_said(tmp_path):
    server = servers.Server("broken", servers.STATIC.wire, ("sh", "-c", "echo no such model; exit 3"), folder=tmp_path)
    with pytest.raises(BenchError, match=r"(?s)broken: no answer.*no such model"):
        Process(server, cores.of_server()).seconds_to_first_answer(SMALL)
