"""What a start need not wait for is not imported."""

import subprocess
import sys

import pytest

LIBRARIES = ("numpy", "uvloop", "httptools", "grpc", "google", "simdjson", "jsonschema")


def imported_with(module):
    code = f"import sys, {module}; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(("module", "needed"), [
    ("seldon_runtime.server_process", set()),
    ("seldon_runtime.rest.factory", {"numpy"}),
    ("seldon_runtime.http_server.server", {"uvloop", "httptools"}),
    ("seldon_runtime.grpc.server", {"numpy", "grpc", "google"}),
])
def test_a_module_imports_no_library_that_its_first_answer_does_not_need(module, needed):
    assert needed == {name.split(".")[0] for name in imported_with(module)} & set(LIBRARIES)


def test_a_server_that_moves_into_the_users_python_imports_only_what_that_needs():
    ours = {name for name in imported_with("seldon_runtime.__main__") if name.startswith("seldon_")}
    assert ours == {
        "seldon_component", "seldon_component.errors", "seldon_component.exit_codes", "seldon_component.log_text",
        "seldon_runtime", "seldon_runtime.__main__", "seldon_runtime.errors", "seldon_runtime.config",
        "seldon_runtime.config.class_python", "seldon_runtime.config.environment_file", "seldon_runtime.model",
        "seldon_runtime.model.inline", "seldon_runtime.model.inline.interpreter", "seldon_runtime.system",
        "seldon_runtime.system.memory_access",
    }
    slow = {"argparse", "dataclasses", "inspect", "json", "logging", "pathlib", "subprocess", "traceback"}
    assert not imported_with("seldon_runtime.__main__") & slow


def test_a_start_imports_nothing_that_only_some_starts_need():
    packages = ("server_process", "model.separate.model", "rest.factory")
    server = imported_with(", ".join(f"seldon_runtime.{package}" for package in packages))
    assert not server & {"argparse", "hashlib", "hmac", "tempfile"}
    component = imported_with("seldon_component.__main__")
    assert not component & {"seldon_component.onnx.model", "seldon_component.model_files.model", "tempfile", "zipfile"}


def test_a_server_of_a_class_in_its_own_process_imports_nothing_of_the_call_of_a_class():
    names = imported_with("seldon_runtime.model.separate.model")
    assert not names & {"seldon_component.host", "seldon_component.component", "seldon_component.onnx.model"}
