"""The examples of docs/protocol.md for V2 and V1, pasted by a reader who serves the README's model."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.contract_servers import COLUMNS

ROOT = Path(__file__).resolve().parents[2]
SECTION = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8").partition("### The Open Inference Protocol")[2].partition("\n## ")[0]
SHELL, PYTHON, PYTHON_GRPC, SHELL_V1 = re.findall(r"```\w*\n(.*?)```", SECTION, re.DOTALL)
EXAMPLES = re.findall(r"(curl .*?)\n\n(\{.*?\})\n(?:\n|\Z)", SHELL + "\n" + SHELL_V1, re.DOTALL)
PRINTED = "[[0.2 0.8]]"
PORT, GRPC_PORT = "127.0.0.1:5000", "127.0.0.1:5001"


@pytest.fixture(params=[COLUMNS[0], COLUMNS[-1]], ids=str)
def server(request, serve, tmp_path_factory):
    model = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    folder = tmp_path_factory.getbasetemp() / "readme-model"
    folder.mkdir(exist_ok=True)
    (folder / "MyModel.py").write_text(model[1] if model else "", encoding="utf-8")
    return serve("MyModel", request.param, folder=folder, PREDICTIVE_UNIT_ID="0")


def test_there_are_examples():
    assert len(EXAMPLES) == SHELL.count("curl ") + SHELL_V1.count("curl ") == 8


@pytest.mark.parametrize(("command", "response"), EXAMPLES)
def test_the_response_is_the_documented_one(command, response, server):
    address = f"127.0.0.1:{server.http_port}"
    done = subprocess.run(["bash", "-c", "curl -sS " + command.removeprefix("curl ").replace(PORT, address)],
                          capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == json.loads(response.replace("\n", ""))


def test_tritons_client_gets_what_the_class_returns(server):
    code = PYTHON.replace(PORT, f"127.0.0.1:{server.http_port}")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == PRINTED


def test_tritons_client_of_grpc_gets_the_same(server, clients_python):
    code = PYTHON_GRPC.replace(GRPC_PORT, f"127.0.0.1:{server.grpc_port}")
    done = subprocess.run([clients_python, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == PRINTED
