"""What a start need not wait for is not imported."""

import subprocess
import sys

import pytest

LIBRARIES = ("numpy", "flask", "werkzeug", "uvloop", "httptools", "grpc", "google", "simdjson", "jsonschema")


@pytest.mark.parametrize(("module", "needed"), [
    ("seldon_runtime.__main__", set()),  # a server that only moves into the user's Python
    ("seldon_runtime.supervisor", set()),
    ("seldon_runtime.rest.factory", {"numpy"}),
    ("seldon_runtime.rest.server", {"uvloop", "httptools"}),
    ("seldon_runtime.grpc.server", {"numpy", "grpc", "google"}),
])
def test_a_module_imports_no_library_that_its_first_answer_does_not_need(module, needed):
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert needed == set(done.stdout.split()) & set(LIBRARIES)
