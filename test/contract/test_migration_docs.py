"""The examples of docs/migration.md, pasted by a reader: the curl lines, the class and Triton's client."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.contract_servers import COLUMNS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "migration.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFUSED, MODEL, ACCEPTED, CLIENT = re.findall(r"```\w*\n(.*?)```", TEXT, re.DOTALL)
README_MODEL = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
PORT = "127.0.0.1:5000"


@pytest.fixture(params=[COLUMNS[0], COLUMNS[-1]], ids=str)
def start(request, serve, tmp_path_factory):
    def start_one(name, code):
        folder = tmp_path_factory.getbasetemp() / name
        folder.mkdir(exist_ok=True)
        (folder / "MyModel.py").write_text(code, encoding="utf-8")
        return serve("MyModel", request.param, folder=folder, PREDICTIVE_UNIT_ID="0")

    return start_one


def pasted(example, server):
    """(what the command prints, what the page says that it prints)"""
    command, response = example.split("\n\n")
    line = "curl -sS " + command.removeprefix("curl ").replace(PORT, f"127.0.0.1:{server.http_port}")
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    return json.loads(done.stdout), json.loads(response.replace("\n", ""))


def test_a_value_that_would_change_is_refused(start):
    found, documented = pasted(REFUSED, start("readme-model", README_MODEL))
    assert found == documented


def test_the_class_gets_a_dict_of_arrays(start):
    found, documented = pasted(ACCEPTED, start("migrated-model", MODEL))
    assert found == documented


def test_tritons_client_gets_the_sum(start):
    code = CLIENT.replace(PORT, f"127.0.0.1:{start('migrated-model', MODEL).http_port}")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[4 6]"
