"""Graphs that `seldon-core-graph` serves on this machine."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from support.server import ROOT, Server, free_port

COMMAND = (sys.executable, "-m", "seldon_runtime.commands.graph")
EXAMPLES = ROOT / "examples"
GRAPHS = sorted(path for path in EXAMPLES.glob("graph-*/graph.yaml"))


def serve_graph(folder: Path, scratch: Path, *arguments: str) -> Server:
    """Start serving the graph that the arguments name, from `folder`, over both transports."""
    return Server(folder, scratch, [*COMMAND, *arguments], PREDICTIVE_UNIT_GRPC_SERVICE_PORT=free_port()).start()


def copy_bandit(target: Path) -> Path:
    """The folder of its graph, without requirements.txt: this Python has scikit-learn, so nothing is built."""
    folder: Path = shutil.copytree(EXAMPLES / "graph-bandit", target, ignore=shutil.ignore_patterns("requirements.txt"))
    return folder
