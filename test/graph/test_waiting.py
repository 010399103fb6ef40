"""Graphs that wait for each other are never ready. The log of each says what it waits for."""

from __future__ import annotations

import json
from pathlib import Path

from support.graph_command import GraphServer
from support.server import accepts, free_port


def test_the_log_says_what_graphs_wait_for_that_call_each_other(tmp_path: Path) -> None:
    ports = (free_port(), free_port())
    servers = [waiting(tmp_path, port, other) for port, other in zip(ports, reversed(ports), strict=True)]
    try:
        for server, other in zip(servers, reversed(ports), strict=True):
            server.wait_until(lambda: "the graph has waited" in server.errors, "the log said it")  # noqa: B023 - at once
            assert f" s for unit 'other' (http://127.0.0.1:{other}); a graph at such an address must not wait" in server.errors
        assert not any(accepts("127.0.0.1", port) for port in ports)
    finally:
        for server in servers:
            server.kill()


def waiting(tmp_path: Path, port: int, other: int) -> GraphServer:
    file = tmp_path / f"{port}.json"
    file.write_text(json.dumps({"name": "other", "type": "MODEL"}))
    place = f"--unit=other=http://127.0.0.1:{other}"
    return GraphServer(file, tmp_path / str(port), place, PREDICTIVE_UNIT_HTTP_SERVICE_PORT=port).start()
