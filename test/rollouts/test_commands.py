"""The commands of docs/operations.md, "Rollouts" and "Probes", pasted by a reader who serves the README's model."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from seldon_runtime.rest.openapi import SERVER_PATHS
from support.server import RUNTIME, Server, environment, free_port

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTIONS = {name: PAGE.partition(f"## {name}\n")[2].partition("\n## ")[0] for name in ("Rollouts", "Probes")}
BLOCKS = {name: re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL) for name, text in SECTIONS.items()}
EXAMPLES = re.findall(r"(curl .*?)\n\n(.*?)\n(?:\n|\Z)", BLOCKS["Probes"][0][1])
ADDRESS = "http://127.0.0.1:5000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "MyModel.py").write_text(model[1] if model else "", encoding="utf-8")
    return tmp_path


def test_a_drain_goes_as_the_page_says(folder: Path) -> None:
    (_, script), = BLOCKS["Rollouts"]
    port = free_port()
    here = environment(PREDICTIVE_UNIT_SERVICE_PORT=port)
    here["PATH"] = f"{Path(sys.executable).parent}:{here['PATH']}"
    script = script.replace(ADDRESS, f"http://127.0.0.1:{port}")
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=here, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ready")
    head, _, body = done.stdout.lstrip("ready").partition("\n\n")
    assert head.startswith("HTTP/1.1 200 OK") and "Connection: close" in head
    assert json.loads(body)["data"]["ndarray"] == [[0.2, 0.8]]


def test_the_probes_respond_as_the_page_says(folder: Path) -> None:
    server = Server(folder, folder, (*RUNTIME, "MyModel")).start().wait_until_ready()
    assert len(EXAMPLES) == BLOCKS["Probes"][0][1].count("curl ") == 3
    for command, response in EXAMPLES:
        found = subprocess.run(["bash", "-c", f"{command.replace(ADDRESS, server.url)} -sS"], capture_output=True, text=True,
                               check=True)
        assert found.stdout == response
    assert server.stop() == 0


def test_the_pods_probes_have_paths_that_are_served() -> None:
    probes = yaml.safe_load(BLOCKS["Probes"][1][1])
    assert set(probes) == {"startupProbe", "readinessProbe", "livenessProbe"}
    assert {probe["httpGet"]["path"] for probe in probes.values()} <= set(SERVER_PATHS)
