"""The columns of the contract: process mode x interpreter, each serving one of the models through the real command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from support.pythons import CURRENT
from support.server import ROOT, RUNTIME, Server, free_port

MODELS = Path(__file__).parents[1] / "contract" / "models"
# model -> its service type
SERVICE_TYPES = {
    "Echo": "MODEL",
    "Returns": "MODEL",
    "Named": "MODEL",
    "Anything": "MODEL",
    "Raw": "MODEL",
    "Helpers": "MODEL",
    "Instance": "MODEL",
    "Delegating": "MODEL",
    "Failing": "MODEL",
    "Moody": "MODEL",
    "Tagging": "TRANSFORMER",
    "Router": "ROUTER",
    "Doubler": "TRANSFORMER",
    "Halver": "TRANSFORMER",
    "Passing": "TRANSFORMER",
    "Mean": "COMBINER",
    "Outlier": "OUTLIER_DETECTOR",
}
UNIT_ID = "unit"


class Column(NamedTuple):
    """mode: MODEL_PROCESS. version: the class's Python. server: that of the server. None is the Python of these tests."""

    mode: str
    version: str | None
    server: str | None = None

    def __str__(self) -> str:
        return "-".join((self.mode, self.version or "own", *(("server", self.server) if self.server else ())))


COLUMNS = (Column("separate", "2.7"), Column("separate", "3.6"), Column("separate", CURRENT), Column("inline", None))


class ContractServer(Server):
    """A server of one of the models, or of another folder, with both APIs."""

    def __init__(self, model: str, column: Column, python_of: Callable[..., str], scratch: Path, folder: Path = MODELS,
                 **more: str) -> None:
        command = RUNTIME
        self.http_port, self.grpc_port = free_port(), free_port()
        self._wires: dict[Any, Any] = {}
        settings: dict[str, Any] = {
            "MODEL_NAME": model, "SERVICE_TYPE": SERVICE_TYPES.get(model, "MODEL"), "MODEL_PROCESS": column.mode,
            "PREDICTIVE_UNIT_HTTP_SERVICE_PORT": str(self.http_port),
            "PREDICTIVE_UNIT_GRPC_SERVICE_PORT": str(self.grpc_port), "PREDICTIVE_UNIT_ID": UNIT_ID, **more}
        if column.version and column.mode == "separate":
            settings["MODEL_PYTHON"] = python_of(column.version)
        if column.server:
            command = (python_of(column.server, "server"), *RUNTIME[1:])
            settings["PYTHONPATH"] = str(ROOT / "runtime")
        super().__init__(folder, scratch, command, **settings)
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.start()

    def wire(self, transport: Callable[[ContractServer], Any]) -> Any:
        """A transport to this server, opened once."""
        if transport not in self._wires:
            self._wires[transport] = transport(self)
        return self._wires[transport]

    def close(self) -> None:
        for wire in self._wires.values():
            wire.close()
        assert self.stop() == 0, self.errors
