"""The columns of the contract: process mode x interpreter, each serving one of the models through the real command."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import requests
from seldon_runtime.config.variables import VARIABLES
from waiting import eventually

MODELS = Path(__file__).parent / "models"
# model -> its service type
SERVICE_TYPES = {
    "Echo": "MODEL",
    "Returns": "MODEL",
    "Named": "MODEL",
    "Anything": "MODEL",
    "Router": "ROUTER",
    "Doubler": "TRANSFORMER",
    "Halver": "TRANSFORMER",
    "Passing": "TRANSFORMER",
    "Mean": "COMBINER",
    "Outlier": "OUTLIER_DETECTOR",
}
UNIT_ID = "unit"


class Column(NamedTuple):
    """mode: MODEL_PROCESS. version: the model's Python; None is the server's own."""

    mode: str
    version: str | None

    def __str__(self) -> str:
        return f"{self.mode}-{self.version or 'own'}"


COLUMNS = (Column("separate", "2.7"), Column("separate", "3.6"), Column("separate", "3.13"), Column("inline", None))


class Server:
    """`python -m seldon_runtime` in the folder of the models, or another one, on free ports of 127.0.0.1."""

    def __init__(self, model: str, column: Column, python_of: Callable[[str], str], scratch: Path, folder: Path = MODELS,
                 **more: str) -> None:
        self.http_port, self.grpc_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        self._log = scratch / "log"
        self._wires: dict[Any, Any] = {}
        settings = {"MODEL_NAME": model, "SERVICE_TYPE": SERVICE_TYPES.get(model, "MODEL"), "MODEL_PROCESS": column.mode,
                    "PREDICTIVE_UNIT_HTTP_SERVICE_PORT": str(self.http_port),
                    "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": str(self.grpc_port), "PREDICTIVE_UNIT_ID": UNIT_ID, **more}
        if column.version:
            settings["MODEL_PYTHON"] = python_of(column.version)
        with self._log.open("w") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "seldon_runtime"], cwd=folder, stdout=log, stderr=log,
                                            env={**environment(), **settings})

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_until_ready(self) -> None:
        eventually(lambda: self.process.poll() is not None or self._is_ready(), "the model was ready")
        assert self.process.poll() is None, self.log

    def wire(self, transport: Callable[[Server], Any]) -> Any:
        """A transport to this server, opened once."""
        if transport not in self._wires:
            self._wires[transport] = transport(self)
        return self._wires[transport]

    def stop(self) -> None:
        for wire in self._wires.values():
            wire.close()
        self.process.terminate()
        assert self.process.wait(60) == 0, self.log

    def _is_ready(self) -> bool:
        try:
            return requests.get(self.url + "/ready", timeout=60).status_code == 200
        except requests.ConnectionError:
            return False


def environment() -> dict[str, str]:
    """This process's own, without any of our variables, and without files left beside the models."""
    ours = {variable.name for variable in VARIABLES}
    return {**{name: text for name, text in os.environ.items() if name not in ours}, "PYTHONDONTWRITEBYTECODE": "1"}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
