"""The graph of a campaign: three units in folders, one behind HTTP and one behind gRPC, each of which can be killed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from support.server import ROOT, RUNTIME, Server, free_port
from support.waiting import eventually

from bench.memory import family

_CLASS = ROOT / "test" / "apps" / "graph-chaos" / "Unit.py"
_COMMAND = (sys.executable, "-m", "seldon_runtime.commands.graph")
DEADLINE = 4.0  # seconds of a request
IN_FOLDERS = ("router", "combiner", "inner")
REMOTE = ("web", "wire")  # over HTTP, over gRPC
UNITS = (*IN_FOLDERS, *REMOTE)
# branch of the router -> the units on the way
ROUTES = {0: ("router", "inner", "web", "combiner"), 1: ("router", "wire"), -1: UNITS}


def _unit(kind: str, name: str, *children: object) -> dict[str, object]:
    return {"name": name, "type": kind, "children": list(children), "parameters": _parameters(name)}


def _parameters(name: str) -> list[dict[str, str]]:
    return [{"name": "name", "type": "STRING", "value": name}]


_TREE = _unit("ROUTER", "router", _unit("COMBINER", "combiner", _unit("MODEL", "inner"), _unit("MODEL", "web")),
              _unit("MODEL", "wire"))


class GraphServers:
    """server: of the graph. ports: of it, of REST and of gRPC."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        for name in UNITS:
            (scratch / name).mkdir()
            shutil.copy(_CLASS, scratch / name)
        (scratch / "graph.json").write_text(json.dumps(_TREE), encoding="utf-8")
        self._remote = {name: self._server(name) for name in REMOTE}
        self.ports = (free_port(), free_port())
        places = {"web": self._remote["web"].url,
                  "wire": f"grpc://127.0.0.1:{self._remote['wire'].variables['PREDICTIVE_UNIT_GRPC_SERVICE_PORT']}"}
        options = [word for name, place in places.items() for word in ("--unit", f"{name}={place}")]
        self.server = Server(
            scratch, scratch / "of graph", (*_COMMAND, "graph.json", *options), LOG_LEVEL="ERROR",
            PREDICTIVE_UNIT_HTTP_SERVICE_PORT=self.ports[0], PREDICTIVE_UNIT_GRPC_SERVICE_PORT=self.ports[1],
            REST_TIMEOUT_MS=round(DEADLINE * 1000), GRPC_TIMEOUT_MS=round(DEADLINE * 1000))
        self.server.url = f"http://127.0.0.1:{self.ports[0]}"

    def _server(self, name: str) -> Server:
        ports = (free_port(), free_port())
        server = Server(
            self._scratch / name, self._scratch / f"of {name}", RUNTIME, MODEL_NAME="Unit", LOG_LEVEL="ERROR",
            PREDICTIVE_UNIT_HTTP_SERVICE_PORT=ports[0], PREDICTIVE_UNIT_GRPC_SERVICE_PORT=ports[1],
            PREDICTIVE_UNIT_PARAMETERS=json.dumps(_parameters(name)))
        server.url = f"http://127.0.0.1:{ports[0]}"
        return server

    def start(self) -> None:
        """All of them, until the graph is ready."""
        for server in (*self._remote.values(), self.server):
            server.start()
        self.server.wait_until_ready()

    def stop(self) -> int:
        """The exit code of the graph's server."""
        code = self.server.stop()
        for server in self._remote.values():
            server.stop()
        return code

    def kill(self, unit: str) -> None:
        """kill -9 of the class of a unit in a folder, or of the whole server of another one, which is started again."""
        if unit in self._remote:
            self._remote[unit].kill()
            self._remote[unit].start()
        else:
            os.kill(eventually(lambda: self._pid(unit), f"unit {unit} had a process"), signal.SIGKILL)

    @contextlib.contextmanager
    def frozen(self, unit: str) -> Iterator[None]:
        """Meanwhile nothing of the unit runs, but its connections stay open."""
        pid = self._remote[unit].process.pid if unit in self._remote else eventually(lambda: self._pid(unit), f"{unit} ran")
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def _pid(self, unit: str) -> int:
        """Of the class of a unit in a folder; 0 while there is none."""
        folder = str(self._scratch / unit)
        for member in family(self.server.process.pid)[1:]:
            process = Path("/proc") / str(member)
            with contextlib.suppress(OSError):
                is_class = b"seldon_component" in (process / "cmdline").read_bytes()
                if is_class and os.readlink(process / "cwd") == folder:
                    return member
        return 0
