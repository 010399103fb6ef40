"""The self-test of s2i/bin/assemble: one request of contract.json, answered by the real component."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.pythons import CURRENT, SERVER_ENDS
from support.scripts import script, variables
from support.server import ROOT

NUMBER = {"dtype": "FLOAT", "ftype": "continuous"}
CONTRACT = {"features": [{"name": "width", **NUMBER, "range": [1, 2]}], "targets": [{"name": "area", **NUMBER}]}


class Source:
    """A folder whose class has this code. Its contract is a condition of the build, unless SELF_TEST says otherwise."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder, self.home, self._python = folder / "source", folder / "home", python
        self.folder.mkdir()

    def assemble(self, code: str, contract: object = CONTRACT, **given: object) -> subprocess.CompletedProcess[str]:
        lines = "\n".join(f"    {line}" for line in code.splitlines())
        (self.folder / "MyModel.py").write_text(f"import os\n\nclass MyModel(object):\n{lines}\n")
        (self.folder / "contract.json").write_text(json.dumps(contract))
        paths = {"S2I_SOURCE": self.folder, "MICROSERVICE_HOME": self.home}
        ours = {"MODEL_NAME": "MyModel", "SELF_TEST": "contract"}
        return script("assemble", **{**paths, **ours, "MODEL_PYTHON": self._python, **given})

    def described(self) -> dict[str, Any]:
        """What the last build says of itself."""
        command = [sys.executable, "-m", "seldon_runtime.commands.describe", "--json"]
        told = subprocess.run(command, env=variables(MODEL_PYTHON=self._python), capture_output=True, text=True, check=True)
        described: dict[str, Any] = json.loads(told.stdout)
        return described


@pytest.fixture
def source(tmp_path: Path, model_python_of: Callable[[str], str]) -> Source:
    return Source(tmp_path, model_python_of(CURRENT))


# service type -> code whose answer fits the contract, and code whose answer does not
SERVICES = {
    "MODEL": ("def predict(self, X): return X * 2", "def predict(self, X): return 'large'"),
    "ROUTER": ("def route(self, X): return 0", None),
    "TRANSFORMER": ("def transform_input(self, X): return X * 2", "def transform_output(self, X): return [[1, 2]]"),
    "COMBINER": ("def aggregate(self, Xs): return Xs[0] + Xs[1]", "def aggregate(self, Xs): return Xs"),
    "OUTLIER_DETECTOR": ("def score(self, X): return [1.0]", None),
}


@pytest.mark.parametrize("service_type", SERVICES)
def test_the_main_method_of_each_service_type_is_called(service_type: str, source: Source) -> None:
    right, wrong = SERVICES[service_type]
    build = source.assemble(right, SERVICE_TYPE=service_type)
    assert (build.returncode, build.stderr) == (0, "")
    assert "a request of contract.json" in build.stdout
    if wrong:
        build = source.assemble(wrong, SERVICE_TYPE=service_type)
        assert build.returncode == 25
        assert "targets: expected an array of shape [1, 1] (area), found " in build.stderr


def test_it_runs_on_the_models_own_python_as_it_will_be_served(model_python: str, source: Source) -> None:
    code = "def __init__(self, factor): self.factor = factor\ndef load(self): print('loaded')\n" \
           "def predict(self, X): return X * self.factor"
    parameters = '[{"name": "factor", "type": "INT", "value": "3"}]'
    build = source.assemble(code, MODEL_PYTHON=model_python, PREDICTIVE_UNIT_PARAMETERS=parameters)
    assert (build.returncode, build.stderr) == (0, "")
    assert build.stdout.count("loaded\n") == 1


def test_a_method_that_raises_ends_the_build_with_its_traceback_above(model_python: str, source: Source) -> None:
    build = source.assemble("def predict(self, X): return 1 / 0", MODEL_PYTHON=model_python)
    said, _, block = build.stderr.partition("SELF_TEST: ")
    assert 'MyModel.py", line 4, in predict' in said
    assert block.startswith("MyModel.predict raised ZeroDivisionError: ")
    assert block.splitlines()[1].startswith('request to MyModel.predict: {"data":{"names":["width"],"ndarray":[[1.')
    assert build.returncode == 25


@pytest.mark.parametrize(
    ("death", "words"), [("os._exit(3)", "exit code 3"), ("os.kill(os.getpid(), 11)", "signal 11, SIGSEGV")]
)
def test_a_process_that_ends_ends_the_build(death: str, words: str, source: Source) -> None:
    build = source.assemble(f"def predict(self, X): {death}")
    assert build.stderr.startswith(
        f"SELF_TEST: the component's process ended ({words}) while answering this request\nrequest to MyModel.predict:"
    )
    assert build.returncode == 25


def test_a_model_that_cannot_be_loaded_ends_the_build_as_it_would_end_the_start(source: Source) -> None:
    build = source.assemble("def load(self): raise OSError('no GPU here')\ndef predict(self, X): return X")
    assert "OSError: no GPU here\n" in build.stderr
    assert build.stderr.endswith("SELF_TEST=import builds the image.\n")
    assert build.returncode == 16


def test_a_class_that_cannot_be_imported_ends_the_build_as_without_a_contract(source: Source) -> None:
    build = source.assemble("raise OSError('no licence server here')\ndef predict(self, X): return X")
    assert build.stderr.endswith("OSError: no licence server here\nThe image was not built.\n")
    assert build.returncode == 13


def test_self_test_import_loads_nothing(source: Source) -> None:
    build = source.assemble("def load(self): raise OSError('no GPU here')\ndef predict(self, X): return X", SELF_TEST="import")
    assert (build.returncode, build.stderr) == (0, "")


def test_self_test_off_does_not_even_import(source: Source) -> None:
    code = "raise OSError('no licence server here')\ndef predict(self, X): return X"
    assert source.assemble(code, SELF_TEST="import").returncode == 13
    assert source.assemble(code, SELF_TEST="off").returncode == 0


def test_the_request_comes_by_a_wire_that_will_be_served(source: Source) -> None:
    code = "def predict_rest(self, message): return message"
    assert source.assemble(code, API_TYPE="REST").returncode == 0
    build = source.assemble(code, API_TYPE="GRPC")
    assert "SELF_TEST: MyModel has no method predict" in build.stderr
    assert build.returncode == 25


def test_a_contract_that_is_wrong_ends_the_build_before_anything_is_installed(source: Source) -> None:
    (source.folder / "requirements.txt").write_text("no-such-package==0\n")
    build = source.assemble("def predict(self, X): return X", {"features": []}, PIP_NO_INDEX=1)
    assert build.stderr.splitlines()[0] == "contract.json: features: expected a list of at least one object, found []"
    assert build.returncode == 24


NO_GATE = "The image was built. SELF_TEST=contract makes this an error.\n"


@pytest.mark.parametrize(("code", "words"), [
    ("def predict(self, X): return 'large'", "SELF_TEST: the response does not fit contract.json:\n  targets: expected an array"),
    ("def predict(self, X): return 1 / 0", "SELF_TEST: MyModel.predict raised ZeroDivisionError: "),
    ("def predict(self, X): os._exit(3)", "SELF_TEST: the component's process ended (exit code 3) while answering this"),
    ("def load(self): raise OSError('no GPU here')\ndef predict(self, X): return X", "SELF_TEST: the class could not be loaded"),
])
def test_by_default_all_of_these_are_warnings_that_stand_last_and_are_recorded(code: str, words: str, source: Source) -> None:
    build = source.assemble(code, SELF_TEST="")
    assert build.returncode == 0
    warning = build.stderr.rpartition("WARNING: ")[2]
    assert warning.startswith(words)
    assert warning.endswith(NO_GATE)
    assert source.described()["build"]["warnings"] == [warning.rstrip("\n")]


def test_a_contract_that_is_wrong_is_a_warning_by_default_and_the_class_is_imported_all_the_same(source: Source) -> None:
    build = source.assemble("def predict(self, X): return X", {"features": []}, SELF_TEST="warn")
    expected = ("WARNING: contract.json: features: expected a list of at least one object, found []\n"
                "contract.json: targets: expected a list of objects, found nothing\n")
    assert (build.returncode, build.stderr) == (0, expected + NO_GATE)
    assert source.assemble("1 / 0", {"features": []}, SELF_TEST="warn").returncode == 13


def test_an_earlier_warning_is_gone_with_its_cause(source: Source) -> None:
    source.assemble("def predict(self, X): return 'large'", SELF_TEST="warn")
    build = source.assemble("def predict(self, X): return X", SELF_TEST="warn")
    assert (build.returncode, build.stderr, source.described()["build"]["warnings"]) == (0, "", [])


@pytest.mark.parametrize("name", ["model-template"])
def test_an_examples_own_contract_fits(name: str, model_python: str, tmp_path: Path) -> None:
    build = script("assemble", S2I_SOURCE=ROOT / "examples" / name, MICROSERVICE_HOME=tmp_path, MODEL_PYTHON=model_python)
    assert (build.returncode, build.stderr) == (0, "")
    assert "a request of contract.json" in build.stdout


@pytest.mark.parametrize("version", SERVER_ENDS)
def test_the_server_may_have_the_oldest_and_the_newest_python_that_it_has_locks_for(
    version: str, source: Source, model_python_of: Callable[..., str], tmp_path: Path
) -> None:
    server = tmp_path / "server-python"
    server.write_text(f"#!{model_python_of(version, 'server')}\nimport runpy, sys\nsys.path.insert(0, '{ROOT}/runtime')\n"
                      "runpy.run_module(sys.argv[3], run_name='__main__')\n")
    server.chmod(0o755)
    build = source.assemble("def predict(self, X, names):\n    return X", SERVER_PYTHON=server)
    assert (build.returncode, build.stderr) == (0, "")
    assert "asking it a request of contract.json" in build.stdout
