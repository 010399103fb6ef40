"""Folders that Seldon's own images build and serve, even if SERVICE_TYPE and API_TYPE say something else of the class."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.sandbox import Sandbox
from support.scripts import Service, script, version_of
from support.server import accepts, free_port

SUM = "class Sum(object):\n    def aggregate(self, features_list, names_list):\n        return sum(features_list)\n"
REMARK = (
    "SERVICE_TYPE: expected COMBINER, by the methods of class Sum (aggregate), found 'MODEL'; set SERVICE_TYPE=COMBINER\n"
)
TWO = {"seldonMessages": [{"data": {"ndarray": [[1, 2]]}}, {"data": {"ndarray": [[3, 4]]}}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / ".s2i").mkdir(parents=True)
    (folder / "Sum.py").write_text(SUM)
    (folder / ".s2i" / "environment").write_text("MODEL_NAME=Sum\nAPI_TYPE=REST\nSERVICE_TYPE=MODEL\nPERSISTENCE=0\n")
    return folder


def assemble(folder: Path, python: str, **given: object) -> subprocess.CompletedProcess[str]:
    home = folder.parent / "home"
    return script("assemble", S2I_SOURCE=folder, MICROSERVICE_HOME=home, MODEL_PYTHON=python, **given)


def processes_on(python: str) -> list[str]:
    return ["separate", "inline"] if version_of(python) == version_of(sys.executable) else ["separate"]


def test_a_combiner_that_is_declared_a_model_builds_and_serves_what_it_has(
    model_python: str, folder: Path, serve: Callable[..., Service]
) -> None:
    build = assemble(folder, model_python)
    assert (build.returncode, build.stderr) == (0, f"WARNING: {REMARK}")
    for process in processes_on(model_python):
        python = sys.executable if process == "inline" else model_python
        server = serve(folder, MODEL_PYTHON=python, MODEL_PROCESS=process).wait_until_ready()
        assert server.post("/aggregate", TWO).json()["data"]["ndarray"] == [[4, 6]]
        assert server.predict(TWO["seldonMessages"][0]).status_code == 501
        assert server.errors.count(REMARK) == 1
        assert server.get("/seldon.json").json()["info"]["x-seldon"]["service_type"] == "COMBINER"
        tensor = {"name": "x", "datatype": "FP64", "shape": [1], "data": [1]}
        assert "SERVICE_TYPE=COMBINER" in server.post("/v2/models/Sum/infer", {"inputs": [tensor]}).json()["error"]


def test_a_contract_is_tried_with_the_method_that_the_class_has(folder: Path, model_python_of: Callable[[str], str]) -> None:
    number = '{"name": "n", "dtype": "INT", "ftype": "continuous", "range": [1, 9]}'
    (folder / "contract.json").write_text('{"features": [%s], "targets": [%s]}' % (number, number.replace("9", "18")))
    build = assemble(folder, model_python_of("3.13"), SELF_TEST="contract")
    assert (build.returncode, build.stderr) == (0, f"WARNING: {REMARK}")


def test_without_a_service_type_and_an_api_type_the_class_and_the_operators_ports_tell(
    folder: Path, model_python_of: Callable[[str], str], serve: Callable[..., Service]
) -> None:
    python = model_python_of("3.13")
    (folder / ".s2i" / "environment").write_text("MODEL_NAME=Sum\n")
    build = assemble(folder, python)
    assert (build.returncode, build.stderr) == (0, "")
    port = free_port()
    server = serve(folder, MODEL_PYTHON=python, PREDICTIVE_UNIT_GRPC_SERVICE_PORT=port).wait_until_ready()
    assert server.post("/aggregate", TWO).json()["data"]["ndarray"] == [[4, 6]]
    assert accepts("127.0.0.1", port)
    assert "SERVICE_TYPE" not in server.errors

ON_SELDON_CORE = """
from seldon_core.flask_utils import SeldonMicroserviceException
from seldon_core.user_model import SeldonComponent, SeldonResponse

class Sum(SeldonComponent):
    def __init__(self, offset=1):
        super(Sum, self).__init__()
        self.offset = None
        self.later = offset

    def load(self):
        super(Sum, self).load()
        self.offset = self.later

    def predict(self, X, names, meta=None):
        if X.ndim != 2:
            raise SeldonMicroserviceException("rows, please", status_code=422, reason="NO_ROWS")
        return SeldonResponse(X + self.offset, tags={"added": self.offset})
"""


def test_a_class_on_seldon_cores_base_needs_no_requirement(
    model_python: str, folder: Path, serve: Callable[..., Service]
) -> None:
    (folder / "Sum.py").write_text(ON_SELDON_CORE)
    build = assemble(folder, model_python)
    assert (build.returncode, build.stderr) == (0, "")
    for process in processes_on(model_python):
        python = sys.executable if process == "inline" else model_python
        server = serve(folder, MODEL_PYTHON=python, MODEL_PROCESS=process).wait_until_ready()
        response = server.predict({"data": {"ndarray": [[1, 2]]}}).json()
        assert (response["data"]["ndarray"], response["meta"]["tags"]) == ([[2, 3]], {"added": 1})
        failure = server.predict({"data": {"ndarray": [1]}})
        assert (failure.status_code, failure.json()["status"]["reason"]) == (422, "NO_ROWS")


FLAT = """
[project]
name = "flat"
version = "1"
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
"""


def test_a_pyproject_that_is_no_package_for_setuptools_is_a_warning_beside_a_requirements_txt(one_sandbox: Sandbox) -> None:
    """Seldon's own images never read that file. Two folders make setuptools refuse it."""
    for folder in ("models", "notebooks"):
        (one_sandbox.source / folder).mkdir()
        (one_sandbox.source / folder / "__init__.py").touch()
    (one_sandbox.source / "pyproject.toml").write_text(FLAT)
    build = one_sandbox.assemble("# nothing")
    assert build.returncode == 0, build.stderr
    assert "Multiple top-level packages discovered in a flat-layout: ['models', 'notebooks']" in build.stderr
    assert build.stderr.endswith(
        "WARNING: the source's package: pip could not install it; the lines above say what and why; "
        "the class is imported from the source, whose requirements.txt says what it needs\n"
    )
    one_sandbox.renew()
    build = one_sandbox.assemble()
    assert build.returncode == 17
    assert build.stderr.endswith("the source's package: pip could not install it; the lines above say what and why\n")
