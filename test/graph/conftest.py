"""One server for all graphs, and their units."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from seldon_runtime.orchestrator.graph_model import GraphModel
from seldon_runtime.system.timer import Timer
from support.graph_units import Serving, Switch, Units
from support.grpc_client import Client
from support.stub_model import StubModel, settings


class Graphs:
    """Serves one graph after the other. url, client: of its server. log: the file that units write feedback to."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._timer = Timer()
        self.units = Units(str(log))
        self._switch = Switch(StubModel())
        self._settings = settings(is_graph=True)
        self._serving = Serving(self._switch, self._settings, "REST", "GRPC")
        self.url = f"http://127.0.0.1:{self._serving.ports['REST']}"
        self.session = requests.Session()
        self.client = Client(self._serving.ports["GRPC"])

    def serve(self, graph: dict[str, Any], form: str) -> dict[str, str]:
        """From now on, this one is served. Returns the kind of the place of each unit."""
        root, kinds = self.units.node(graph, form)
        self.log.write_text("")
        self._switch.set(GraphModel(root, self._settings, self._timer))
        return kinds

    def stop(self) -> None:
        self.session.close()
        self.client.channel.close()
        self._serving.stop()
        self.units.stop()


@pytest.fixture(scope="package")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphs]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODEL_UID", "0")  # the log is the test user's own
        made = Graphs(tmp_path_factory.mktemp("graphs") / "log")
        yield made
        made.stop()
