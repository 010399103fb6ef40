"""Starts the limits and our own servers. The tests do not install the peers."""

from __future__ import annotations

import numpy as np
import pytest

from bench import bodies, cores, servers
from bench.errors import BenchError
from bench.payloads import SMALL
from bench.process import Process

OURS = (servers.STATIC, servers.SEPARATE, servers.INLINE, servers.ECHO, servers.SEPARATE_GRPC, servers.INLINE_GRPC,
        *servers.V2[:3], *servers.V2_BINARY[:3], *servers.V2_GRPC[:3])


@pytest.mark.parametrize("server", OURS, ids=lambda server: f"{server.name} {server.wire.path} {server.wire.content_type}")
def test_a_server_returns_the_array_of_the_request(server):
    bodies.write_responses([(server.wire, SMALL)])
    process = Process(server, cores.of_server())
    try:
        assert process.seconds_to_first_response(SMALL) > 0
        assert np.array_equal(server.wire.decode(process.send(SMALL)), SMALL.array)
    finally:
        process.stop()


def test_a_server_that_ends_is_named_with_its_output(tmp_path):
    server = servers.Server("broken", servers.STATIC.wire, ("sh", "-c", "echo no such model; exit 3"), folder=tmp_path)
    with pytest.raises(BenchError, match=r"(?s)broken: no response.*no such model"):
        Process(server, cores.of_server()).seconds_to_first_response(SMALL)
