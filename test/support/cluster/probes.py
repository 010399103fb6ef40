"""The probes of a container, at their periods and with their thresholds, as a kubelet runs them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import grpc
import requests
from grpc_health.v1 import health_pb2, health_pb2_grpc

from .fields import Fields, NotUnderstood, fields

_TIMES = ("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold")
_HANDLERS = ("httpGet", "grpc", "tcpSocket", "exec")
Execute = Callable[[list[str]], bool]


class Probe:
    """One probe. Its port may have a name, but not that of gRPC."""

    def __init__(self, probe: Fields, host: str, ports: dict[str, int], execute: Execute) -> None:
        """host: the pod's address. ports: name -> number. execute: whether a command in the container succeeds."""
        fields(probe, "a probe", *_TIMES, *_HANDLERS)
        (self._kind,) = (name for name in _HANDLERS if name in probe)
        self._handler = fields(probe[self._kind], self._kind, "path", "port", "scheme", "httpHeaders", "service", "command")
        self.delay = probe.get("initialDelaySeconds", 0)
        self.period = probe.get("periodSeconds") or 10  # Knative's 0 means that it chooses
        self.timeout = probe.get("timeoutSeconds") or 1
        self.thresholds = {True: probe.get("successThreshold") or 1, False: probe.get("failureThreshold") or 3}
        self._host, self._execute = host, execute
        self._port = self._number(self._handler.get("port"), ports)

    def _number(self, port: object, ports: dict[str, int]) -> int:
        if isinstance(port, int) or self._kind == "exec":
            return int(str(port or 0))
        if self._kind == "grpc" or port not in ports:
            raise NotUnderstood(f"{self._kind}: expected the number or the name of a port, found {port!r}")
        return ports[str(port)]

    def succeeds(self) -> bool:
        """Run it once."""
        try:
            return bool({"httpGet": self._http, "grpc": self._grpc, "tcpSocket": self._tcp, "exec": self._command}[self._kind]())
        except (OSError, grpc.RpcError):  # the errors of requests are OSErrors
            return False

    def _http(self) -> bool:
        with requests.Session() as session:
            session.trust_env = False  # no proxy leads to a pod
            headers = {"User-Agent": "kube-probe/1.35", "Accept": "*/*", "Connection": "close"}
            url = f"http://{self._host}:{self._port}{self._handler.get('path', '/')}"
            return 200 <= session.get(url, headers=headers, timeout=self.timeout, allow_redirects=False).status_code < 400

    def _grpc(self) -> bool:
        # a subchannel of its own, so that it waits for nothing that another probe has seen
        with grpc.insecure_channel(f"{self._host}:{self._port}", [("grpc.use_local_subchannel_pool", 1)]) as channel:
            request = health_pb2.HealthCheckRequest(service=self._handler.get("service", ""))
            stub: Any = health_pb2_grpc.HealthStub(channel)  # its types leave out the methods
            response = stub.Check(request, timeout=self.timeout)
            return bool(response.status == health_pb2.HealthCheckResponse.SERVING)

    def _tcp(self) -> bool:
        socket.create_connection((self._host, self._port), self.timeout).close()
        return True

    def _command(self) -> bool:
        return self._execute(self._handler["command"])


class Watch(threading.Thread):
    """Runs one probe until it is stopped, and tells its outcome each time that a threshold is reached."""

    def __init__(self, probe: Probe, begins: threading.Event, tell: Callable[[bool], None]) -> None:
        """begins: set once it may run. tell: gets whether the probe succeeds."""
        super().__init__(daemon=True)
        self._probe, self._begins, self._tell = probe, begins, tell
        self._stopping = threading.Event()
        self._streak, self._last = 0, False

    def run(self) -> None:
        self._begins.wait()
        self._stopping.wait(self._probe.delay)
        while not self._stopping.is_set():
            self._count(self._probe.succeeds())
            self._stopping.wait(self._probe.period)

    def stop(self) -> None:
        self._stopping.set()
        self._begins.set()

    def _count(self, success: bool) -> None:
        self._streak = self._streak + 1 if success == self._last else 1
        self._last = success
        if self._streak >= self._probe.thresholds[success] and not self._stopping.is_set():
            self._tell(success)
