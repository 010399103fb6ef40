"""The sections Metrics and Overload of docs/operations.md: their commands, their table and their arithmetic."""

import math
import re
import subprocess
from pathlib import Path

import pytest
from seldon_runtime.monitoring.drops import MEANINGS
from support.server import RUNTIME, Server

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def section(name):
    return re.split(r"^## ", PAGE.partition(f"\n## {name}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


METRICS, OVERLOAD = section("Metrics"), section("Overload")
COMMANDS = re.findall(r"^curl .*$", METRICS + OVERLOAD, re.MULTILINE)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    (folder / "Echo.py").write_text("class Echo(object):\n    def predict(self, X, names):\n        return X\n")
    started = Server(folder, folder, (*RUNTIME, "Echo"), BATCH_MAX_SIZE="8").start().wait_until_ready()
    started.predict({"data": {"ndarray": [[1]]}})
    yield started
    started.stop()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_what_it_is_for(server, command):
    done = subprocess.run(command.replace("127.0.0.1:5000", f"127.0.0.1:{server.port}"), shell=True, capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert re.search(r"^seldon_api_\w+(\{.*\})? \d", done.stdout, re.MULTILINE)


def test_there_are_commands():
    assert len(COMMANDS) >= 3


def test_the_table_of_metrics_names_those_that_there_are(server):
    found = set(re.findall(r"^# TYPE (\w+)", server.get("/metrics").text, re.MULTILINE))
    named = {name for row in re.findall(r"^\| (`.*?) \|", METRICS, re.MULTILINE) for name in re.findall(r"`(\w+)", row)}
    assert {name for name in named if not any(one.startswith(name) for one in found)} == set()
    ours = {name for name in found if name.startswith("seldon_api_")}
    assert {name for name in ours if not any(name.startswith(one) for one in named)} == set()


def test_the_table_of_reasons_is_the_one_of_the_code():
    assert re.findall(r"^\| `(\w+)` \|", OVERLOAD, re.MULTILINE) == list(MEANINGS)


def test_the_examples_are_calculated():
    text = " ".join(OVERLOAD.split())
    assert (2 - 0.05) / 0.05 == pytest.approx(39) and "(2 - 0.05) / 0.05 = 39" in text
    assert f"With `MODEL_WORKERS=4` it is {39 * 4}" in text
    assert f"14 requests with `MODEL_WORKERS=2` and a target of 3 need {math.ceil(14 / 3)} replicas" in text
