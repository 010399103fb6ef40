"""Clients of a pod: of each port that serves an API, and of the one that Prometheus scrapes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import requests
from google.protobuf import json_format
from support.generated import pb2, pb2_grpc

from .fields import NotUnderstood
from .pod import Pod

_HTTP, _GRPC, _METRICS = ("http", "http1"), ("grpc", "h2c"), "metrics"  # names of ports
_PATHS = {"predict": "/predict", "route": "/route"}
_RPCS = {"predict": ("ModelStub", "Predict"), "route": ("RouterStub", "Route")}
_LIMIT = 60  # seconds; only a failing test waits for so long
Response = dict[str, Any]  # in the JSON form


def clients_of(pod: Pod, method: str, message: Response) -> dict[str, Callable[[], Response]]:
    """Where a request goes -> a function that sends it; it raises if the request fails. method: of the class."""
    found: dict[str, Callable[[], Response]] = {}
    for one in pod.containers:
        for name, port in one.ports.items():
            at = f"{pod.address}:{port}"
            if name in _HTTP:
                found[f"kept connections to {at}"] = _over_http(f"http://{at}{_PATHS[method]}", message, kept=True)
                found[f"new connections to {at}"] = _over_http(f"http://{at}{_PATHS[method]}", message, kept=False)
            elif name in _GRPC:
                found[f"gRPC to {at}"] = _over_grpc(at, method, message)
    return found


def _over_http(url: str, message: Response, kept: bool) -> Callable[[], Response]:
    """kept: whether each client keeps its connection."""
    sessions = threading.local()

    def send() -> Response:
        if not kept or not hasattr(sessions, "own"):
            sessions.own = requests.Session()
            sessions.own.trust_env = False  # no proxy leads to a pod
        response = sessions.own.post(url, json=message, timeout=_LIMIT)
        if not kept:
            sessions.own.close()
        response.raise_for_status()
        return dict(response.json())

    return send


def _over_grpc(address: str, method: str, message: Response) -> Callable[[], Response]:
    stub, rpc = _RPCS[method]
    channel = grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)])
    call: Any = getattr(getattr(pb2_grpc, stub)(channel), rpc)
    request = json_format.ParseDict(message, pb2.SeldonMessage())
    return lambda: dict(json_format.MessageToDict(call(request, timeout=_LIMIT)))


def scrapes_of(pod: Pod) -> Iterator[str]:
    """What Prometheus gets from each container; nothing if no scrape can reach it."""
    annotations = pod.template.metadata["annotations"]
    for prefix in ("prometheus.kserve.io", "prometheus.io"):
        if f"{prefix}/port" in annotations:
            yield _scraped(f"{pod.address}:{annotations[f'{prefix}/port']}{annotations.get(f'{prefix}/path', '/metrics')}")
            return
    path = annotations.get("prometheus.io/path", "/metrics")
    for one in pod.containers:
        if _METRICS in one.ports:
            yield _scraped(f"{pod.address}:{one.ports[_METRICS]}{path}")


def _scraped(address: str) -> str:
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(f"http://{address}", timeout=_LIMIT)
    if response.status_code != 200:
        raise NotUnderstood(f"metrics: expected 200 of {address}, found {response.status_code}")
    return response.text
