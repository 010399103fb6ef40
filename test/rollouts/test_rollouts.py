"""Replicas are replaced under load, and no request fails: behind an HTTP proxy, and with a gRPC client of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
from support.generated import pb2, pb2_grpc
from support.haproxy import HaProxy
from support.server import RUNTIME, Server, free_port
from support.steady_load import Load

UPDATES = 20
MODEL = """
import os, time

class Named(object):
    def predict(self, X, names):
        time.sleep(0.001)
        return os.environ["NAME"]
"""
ROUND_ROBIN = '{"loadBalancingConfig": [{"round_robin": {}}]}'
# how long the client waits before it tries to connect again; usually up to 2 minutes
RECONNECT = [(f"grpc.{which}_reconnect_backoff_ms", 100) for which in ("initial", "max")]


class Replica(Server):
    """Each life of it has another name, which its responses tell."""

    def __init__(self, scratch: Path, number: int, **variables: Any) -> None:
        folder = scratch / f"replica-{number}"
        folder.mkdir()
        (folder / "Named.py").write_text(MODEL)
        self.http_port, self.grpc_port = free_port(), free_port()
        super().__init__(folder, folder, (*RUNTIME, "Named"), PREDICTIVE_UNIT_HTTP_SERVICE_PORT=self.http_port,
                         PREDICTIVE_UNIT_GRPC_SERVICE_PORT=self.grpc_port, **variables)
        self.url = f"http://127.0.0.1:{self.http_port}"
        self._number, self._lives = number, 0

    def begin(self) -> str:
        """Start it; its name."""
        self._lives += 1
        self.variables["NAME"] = f"{self._number}/{self._lives}"
        self.start()
        return str(self.variables["NAME"])


def over_http(url: str, kept: bool) -> Callable[[], str]:
    """kept: whether each client keeps its connection."""
    sessions = threading.local()

    def send() -> str:
        if not kept or not hasattr(sessions, "own"):
            sessions.own = requests.Session()
        response = sessions.own.post(f"{url}/predict", json={"strData": "x"}, timeout=60)
        if not kept:
            sessions.own.close()
        response.raise_for_status()
        return str(response.json()["strData"])

    return send


def over_grpc(channel: grpc.Channel) -> Callable[[], str]:
    stub: Any = pb2_grpc.ModelStub(channel)
    return lambda: str(stub.Predict(pb2.SeldonMessage(strData="x"), timeout=60).strData)


@pytest.fixture
def replicas(tmp_path: Path) -> Iterator[list[Replica]]:
    found = [Replica(tmp_path, number, DRAIN_SECONDS=60, GRACE_PERIOD_SECONDS=120) for number in range(2)]
    yield found
    for replica in found:
        replica.kill()


@pytest.fixture
def proxy(tmp_path: Path, replicas: list[Replica]) -> Iterator[HaProxy]:
    proxy = HaProxy(tmp_path, [replica.http_port for replica in replicas])
    yield proxy
    proxy.stop()


@pytest.fixture
def channel(replicas: list[Replica]) -> Iterator[grpc.Channel]:
    """One client that knows both replicas, and neither their health nor a retry policy."""
    target = "ipv4:" + ",".join(f"127.0.0.1:{replica.grpc_port}" for replica in replicas)
    with grpc.insecure_channel(target, [("grpc.service_config", ROUND_ROBIN), *RECONNECT]) as channel:
        yield channel


def replace(replica: Replica, proxy: HaProxy, loads: list[Load]) -> None:
    """As a rolling update does: end a replica, and wait until the next one serves.

    The second SIGTERM ends the drain as soon as the proxy has seen it. So the test depends on no time.
    """
    replica.terminate()
    proxy.wait_until(replica.http_port, "DOWN")
    replica.terminate()
    assert replica.exit_code() == 0, replica.errors
    name = replica.begin()
    proxy.wait_until(replica.http_port, "UP")
    for load in loads:
        load.wait_for(name)


@pytest.mark.haproxy
def test_no_request_fails_while_replicas_are_replaced(replicas: list[Replica], proxy: HaProxy, channel: grpc.Channel) -> None:
    names = [replica.begin() for replica in replicas]
    for replica in replicas:
        replica.wait_until_ready()
        proxy.wait_until(replica.http_port, "UP")
    grpc.channel_ready_future(channel).result(60)
    loads = [Load(over_http(proxy.url, kept=True), 2), Load(over_http(proxy.url, kept=False), 1), Load(over_grpc(channel), 3)]
    for load in loads:
        for name in names:
            load.wait_for(name)
    for _ in range(UPDATES):
        for replica in replicas:
            replace(replica, proxy, loads)
    for load in loads:
        load.stop()
    assert [failure for load in loads for failure in load.failures] == []
    assert all(load.responses > UPDATES for load in loads)
