"""The real server under the requests of a simulation, at their times: both must come to about the same figures."""

from __future__ import annotations

import asyncio
import json
import statistics
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from .. import cores, environments
from ..errors import BenchError
from ..payloads import Payload
from ..process import Process
from ..servers import OWN_PYTHON, Server, ours
from ..table import markdown
from ..wires import SELDON
from .figures import COLUMNS, Figures, figures_of
from .queues import Request
from .replica import Replica, Simulation
from .traffic import Traffic

_FIRST = Payload("at once", "ndarray", np.zeros((1, 2)))  # waited for until the server is ready
_OUTCOMES = {200: "answered", 503: "refused", 504: "timed out"}
_LEAD = 0.2  # seconds until the first request, for the client to get ready
_ALONE = 50  # requests, one after the other, that show the server's part of a call
_Schedule = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Point:
    """One comparison: a replica and what comes to it."""

    name: str
    replica: Replica
    traffic: Traffic

    def server(self) -> Server:
        """The same replica as a real server. Its class only waits, so it shares the cores with nobody."""
        replica = self.replica
        variables = {
            "MODEL_WORKERS": str(replica.workers),
            "MAX_WAITING": str(replica.max_waiting),
            "BATCH_MAX_SIZE": str(replica.batch_max_size),
            "BATCH_MAX_DELAY_MS": f"{replica.batch_max_delay * 1000:.0f}",
            "LOG_LEVEL": "ERROR",
        }
        if replica.timeout is not None:
            variables["REST_TIMEOUT_MS"] = f"{replica.timeout * 1000:.0f}"
        return ours(self.name, "REST", "separate", (OWN_PYTHON,), "Timed", **variables)


_BURSTS = Traffic(rate=40, service=0.02, burst=4, burst_every=5, cv=0.5, seconds=30)
POINTS = (
    Point("1 worker, MAX_WAITING=10", Replica(max_waiting=10), _BURSTS),
    Point("2 workers, 300 ms", Replica(2, timeout=0.3), replace(_BURSTS, rate=60)),
    Point(
        "2 workers, batches of 8, 10 ms",
        Replica(2, batch_max_size=8, batch_max_delay=0.01, row=0.005),
        replace(_BURSTS, rate=80),
    ),
)


def compare(points: Sequence[Point] = POINTS) -> str:
    """A table with two rows for each point. Raises BenchError."""
    environments.require_tools("taskset")
    rows = []
    for point in points:
        schedule = point.traffic.requests()
        overhead, requests = measure(point, schedule)
        simulated = Simulation(replace(point.replica, overhead=overhead)).run(schedule)
        name = f"{point.name}; overhead {overhead * 1000:.1f} ms"
        rows += [_row(name, "simulated", figures_of(simulated)), _row("", "measured", figures_of(requests))]
    return markdown(("replica", "", "requests", *COLUMNS), rows)


def _row(name: str, how: str, figures: Figures) -> list[str]:
    return [name, how, f"{figures.count:,}", *figures.cells()]


def measure(point: Point, schedule: _Schedule) -> tuple[float, list[Request]]:
    """Start the server, send it each request at its time, and end it. Raises BenchError.

    Returns the seconds of a call that are not the class's, and all requests. Both are on this machine at this time.
    """
    process = Process(point.server(), cores.of_all())
    try:
        process.seconds_to_first_response(_FIRST)
        return asyncio.run(_send_all(process.port, point, schedule))
    finally:
        process.stop()


async def _send_all(port: int, point: Point, schedule: _Schedule) -> tuple[float, list[Request]]:
    now = asyncio.get_running_loop().time
    with closing(_Client(port, point.replica.row)) as client:
        alone = [await client.send(now(), Request(0.0, point.traffic.service)) for _ in range(_ALONE)]
        start = now() + _LEAD
        requests = await asyncio.gather(*(client.send(start, Request(at, seconds)) for at, seconds in schedule))
    return statistics.median(one.ended - one.at - one.seconds for one in alone), requests


class _Client:
    """Never waits for a response before it sends the next request: each has a connection, which others use later."""

    def __init__(self, port: int, row: float) -> None:
        self._port, self._row = port, row
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()

    async def send(self, start: float, request: Request) -> Request:
        """Send a request at its time after `start`. Returns it with its outcome, and with the real times."""
        now = asyncio.get_running_loop().time
        await asyncio.sleep(start + request.at - now())
        message = self._message(request)
        request.at = now()
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(message)
        status = await _status(reader)
        request.ended = now()
        self._idle.append((reader, writer))
        if status not in _OUTCOMES:
            raise BenchError(f"status: expected one of {', '.join(map(str, _OUTCOMES))}, found {status}")
        request.outcome = _OUTCOMES[status]
        return request

    def _message(self, request: Request) -> bytes:
        body = json.dumps({"data": {"ndarray": [[request.seconds, self._row]]}}).encode()
        head = f"POST {SELDON.path_of(_FIRST)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _status(reader: asyncio.StreamReader) -> int:
    """The status of a response, once all of it is read."""
    status, *headers = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    lengths = [line.partition(":")[2] for line in headers if line.lower().startswith("content-length:")]
    await reader.readexactly(int(lengths[0]))
    return int(status.split()[1])
