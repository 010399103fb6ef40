"""ONNX files without code, and classes that use nGraph: built by s2i, and asked over HTTP."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.images import EXAMPLES, NGRAPH, Builder, Container

pytestmark = pytest.mark.docker
BUILDERS = ("python3", NGRAPH)
DIGITS = EXAMPLES / "onnx-digits"
Start = Callable[..., Container]

COMPUTES = """
import numpy as np
import ngraph as ng
import ngraph_onnx.onnx_importer.importer

class MyModel:
    def __init__(self):
        x = ng.parameter([1, 2], np.float32, "x")
        self.root = ng.runtime("CPU").computation(ng.sqrt(x), x)

    def predict(self, X, features_names):
        return self.root(X.astype(np.float32))[0]
"""


def has_ngraph(builder: Builder) -> bool:
    return NGRAPH in builder.name


def test_the_same_folder_is_served_by_ngraph_or_by_onnx_runtime(builder: Builder, start: Start) -> None:
    (request,) = [line for line in (DIGITS / "README.md").read_text().splitlines() if line.startswith("curl ")]
    container = start(builder.build(DIGITS), user="123456:0", read_only=True, tmpfs={"/tmp": ""}).wait_until_ready()
    answer = container.predict(json.loads(shlex.split(request)[2])).json()["data"]
    assert answer["ndarray"][0].index(max(answer["ndarray"][0])) == 4
    assert answer["names"][4] == "probability:4"
    engine = container.get("/metadata").json()["custom"]["engine"]
    assert engine.split(" ")[0] == ("nGraph" if has_ngraph(builder) else "ONNX")


def test_a_broken_file_ends_the_build(tmp_path: Path, tag: str, builder: Builder) -> None:
    shutil.copytree(DIGITS, tmp_path, dirs_exist_ok=True)
    (tmp_path / "digits.onnx").write_bytes(b"broken")
    build = builder.try_build(tmp_path, tag, "--copy")
    assert build.exit_code != 0
    assert "digits.onnx: " in build.output and " cannot load it: " in build.output


def test_the_guides_own_model_is_served_with_the_guides_own_request(
    tmp_path: Path, tag: str, builder: Builder, start: Start
) -> None:
    guide = [line.strip() for line in builder.ask("/s2i/bin/usage").splitlines()]
    commands = [line for line in guide if line.startswith("docker run --rm ") and line.endswith(">double.onnx")]
    assert len(commands) == has_ngraph(builder)
    for command in commands:
        docker = os.environ.get("DOCKER", "docker")
        subprocess.run(["bash", "-c", command.replace("docker", docker, 1)], cwd=tmp_path, check=True)
        build = builder.try_build(tmp_path, tag, "--copy")
        assert build.exit_code == 0, build.output
        answer = start(tag).wait_until_ready().predict({"data": {"ndarray": [[1.0, 2.0]]}})
        assert answer.json()["data"] == {"names": ["doubled:0", "doubled:1"], "ndarray": [[2.0, 4.0]]}


def test_a_class_may_use_the_builders_ngraph(tmp_path: Path, tag: str, builder: Builder, start: Start) -> None:
    (tmp_path / "MyModel.py").write_text(COMPUTES)
    build = builder.try_build(tmp_path, tag, "--copy", "-e", "MODEL_NAME=MyModel")
    assert (build.exit_code == 0) == has_ngraph(builder), build.output
    if has_ngraph(builder):
        answer = start(tag).wait_until_ready().predict({"data": {"ndarray": [[4, 9]]}})
        assert answer.json()["data"]["ndarray"] == [[2, 3]]
