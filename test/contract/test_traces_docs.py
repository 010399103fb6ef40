"""The section "Traces" of docs/operations.md, pasted by a reader: from a program that takes spans to a trace seen."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.contract_servers import COLUMNS
from support.server import free_port
from support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("\n## Traces\n")[2].partition("\n## ")[0]
SINK, SERVE, SPANS, CLASS = re.findall(r"```\w*\n(.*?)```", SECTION, re.DOTALL)
MODEL = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]


@pytest.fixture
def sink(tmp_path):
    """(port, the lines that it printed so far) of the documented program."""
    port, printed = free_port(), tmp_path / "printed"
    command = re.findall(r"^python (\S+) 4318 &$", SINK, re.MULTILINE)[0]
    with printed.open("w") as output, subprocess.Popen(
        [sys.executable, ROOT / command, str(port)], stdout=output
    ) as running:
        yield port, lambda: [line.split() for line in printed.read_text().splitlines()]
        running.terminate()


@pytest.mark.parametrize("column", [COLUMNS[0], COLUMNS[-1]], ids=str)
def test_the_documented_request_shows_the_documented_spans(column, sink, serve, tmp_path):
    port, printed = sink
    (tmp_path / "MyModel.py").write_text(MODEL, encoding="utf-8")
    assert "-e TRACING=1" in SERVE
    server = serve("MyModel", column, folder=tmp_path, PREDICTIVE_UNIT_ID="0", TRACING="1",
                   OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}", OTEL_BSP_SCHEDULE_DELAY="20")
    command = SERVE[SERVE.index("curl "):].replace("127.0.0.1:5000", f"127.0.0.1:{server.http_port}")
    subprocess.run(["bash", "-c", command], check=True, capture_output=True)
    eventually(lambda: len(printed()) >= 3, "three spans were printed")
    assert shape(printed()) == shape([line.split() for line in SPANS.splitlines()])


def shape(lines):
    """What is the same for each run: names, the trace, and who is whose parent."""
    spans = {line[1]: " ".join(line[4:]) for line in lines}
    return [(" ".join(line[4:]), line[0], spans.get(line[2], line[2])) for line in lines]


def test_the_documented_class_is_one():
    compile(CLASS, "MyModel.py", "exec")
    assert "traceparent" in CLASS
