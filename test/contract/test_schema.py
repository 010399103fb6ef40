"""The service keeps to its own /seldon.json and /v2/docs/dataplane.json: schemathesis asks all that the document allows, and much that it does not."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.contract_servers import Column, ContractServer

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 5  # of random requests an operation, besides the systematic ones
SEED = 20261122


@pytest.mark.parametrize(("model", "document", "paths"), [
    ("Anything", "/v2/docs/dataplane.json", "^/v2"),
    ("Anything", "/seldon.json", "^/$|^/predict$|^/send-feedback$|^/route$|^/health|^/live|^/ready|^/metrics|^/metadata|^/seldon.json"),
    ("Anything", "/seldon.json", "^/v1"),
    ("Passing", "/seldon.json", "^/transform-"),
])  # fmt: skip
def test_the_service_keeps_to_its_own_description(model, document, paths, tmp_path):
    server = ContractServer(model, Column("separate", None), str, tmp_path)
    server.wait_until_ready()
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIG, "run", server.url + document,
               "--include-path-regex", paths, "--max-examples", str(EXAMPLES), "--seed", str(SEED),
               "--phases", "examples,coverage,fuzzing", "--no-color"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    server.close()
    assert done.returncode == 0, done.stdout[-10_000:]
    assert "No issues found" in done.stdout
    assert "Traceback" not in server.log
