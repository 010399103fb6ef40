"""`seldon-core-graph` as a server of the tests."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from support.server import Server
from support.waiting import eventually

COMMAND = (sys.executable, "-m", "seldon_runtime.commands.graph")


class GraphServer(Server):
    """Serves the graph of a file on the port `port`. arguments: further ones of the command line."""

    def __init__(self, file: Path, scratch: Path, *arguments: str, **variables: Any) -> None:
        super().__init__(file.parent, scratch, (*COMMAND, str(file), *arguments), **variables)

    def wait_until(self, check: Callable[[], object], what: str) -> None:
        """Wait for something that happens while it runs."""
        eventually(lambda: not self.runs or check(), what)
        assert self.runs, self.errors

    def ask(self, data: object) -> requests.Response:
        return self.post("/api/v1.0/predictions", {"data": data})
