"""A real HTTP proxy in front of replicas, as an ingress is: it sends requests to those whose /ready says 200."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Sequence
from pathlib import Path

import requests
from support.server import free_port
from support.waiting import eventually

# no retry: a request that a replica refuses is an error that the client sees
CONFIGURATION = """
defaults
    mode http
    retries 0
    timeout check 10s
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend clients
    bind 127.0.0.1:{port}
    default_backend replicas
backend replicas
    option httpchk GET /ready
    default-server check inter 50ms fall 1 rise 1
{servers}
frontend facts
    bind 127.0.0.1:{facts_port}
    stats enable
    stats uri /facts
"""


class HaProxy:
    """url: of the clients' port."""

    def __init__(self, scratch: Path, ports: Sequence[int]) -> None:
        """ports: of the replicas."""
        port, self._facts_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        servers = "\n".join(f"    server {replica} 127.0.0.1:{replica}" for replica in ports)
        file = scratch / "haproxy.cfg"
        file.write_text(CONFIGURATION.format(port=port, facts_port=self._facts_port, servers=servers))
        self._process = subprocess.Popen(["haproxy", "-f", file], stderr=subprocess.DEVNULL)

    def wait_until(self, port: int, state: str) -> None:
        """state: UP or DOWN, of the replica with this port."""
        eventually(lambda: self._states().get(str(port)) == state, f"the proxy saw {port} {state}")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _states(self) -> dict[str, str]:
        """Port of a replica -> its state."""
        try:
            text = requests.get(f"http://127.0.0.1:{self._facts_port}/facts;csv", timeout=60).text
        except requests.ConnectionError:
            return {}
        return {row["svname"]: row["status"] for row in csv.DictReader(text.removeprefix("# ").splitlines())}
