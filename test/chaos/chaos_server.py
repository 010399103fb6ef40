"""The server of a campaign: both APIs, in front of the class of test/apps/echoing."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from chaos.clients import GrpcClient, HttpClient
from chaos.load import grpc_request, http_request
from chaos.messages import identity_of
from support.contract_servers import Column
from support.server import ROOT, RUNTIME, Server, free_port

_APP = ROOT / "test" / "apps" / "echoing"
_ADDRESS_SPACE = 6 * 2**20  # KiB for each process; a message that asks for more memory fails, and the machine stays well
_WARM_UP = 100  # requests over each API


class ChaosServer(Server):
    """ports: of REST and of gRPC."""

    def __init__(self, column: Column, model_python: str | None, scratch: Path, open_files: int | None = None) -> None:
        """model_python: None is the server's own. open_files: the limit of each process."""
        self.column = column
        self.ports = (free_port(), free_port())
        scratch.mkdir(exist_ok=True)
        self._begun = scratch / "begun"
        self._begun.touch()
        limits = f"ulimit -v {_ADDRESS_SPACE}" + (f" && ulimit -n {open_files}" if open_files else "")
        variables: dict[str, Any] = {
            "MODEL_NAME": "Echo", "MODEL_PROCESS": column.mode, "PREDICTIVE_UNIT_HTTP_SERVICE_PORT": self.ports[0],
            "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": self.ports[1], "RESTART_LIMIT": 10_000, "LOG_LEVEL": "WARNING",
            "PREDICTIVE_UNIT_PARAMETERS": json.dumps([{"name": "begun", "type": "STRING", "value": str(self._begun)}])}
        if model_python:
            variables["MODEL_PYTHON"] = model_python
        super().__init__(_APP, scratch, ("sh", "-c", f'{limits} && exec "$@"', "sh", *RUNTIME), **variables)
        self.url = f"http://127.0.0.1:{self.ports[0]}"

    def warm_up(self) -> None:
        """Let it allocate what every server does."""
        http_client, grpc_client = HttpClient(self.ports[0]), GrpcClient(self.ports[1])
        for number in range(_WARM_UP):
            random, identity = Random(number), identity_of(9999, number)
            for outcome in (http_client.send(http_request(random, identity)), grpc_client.send(grpc_request(random, identity))):
                assert (outcome.status, outcome.fault) == (200, None), outcome
        http_client.close()
        grpc_client.close()

    def model_pid(self) -> int | None:
        """Of the process of the class; None if it ended before it responded."""
        response = self.predict({"strData": "who"})
        return int(response.json()["meta"]["tags"]["pid"]) if response.status_code == 200 else None

    def begun(self) -> list[str]:
        """The ids of the requests that the class has begun and that take some time, since the last call."""
        found = self._begun.read_text(encoding="utf-8").splitlines()
        with self._begun.open("r+b") as file:
            file.truncate(0)
        return found
