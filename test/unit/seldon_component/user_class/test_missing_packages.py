"""The line on a package that requirements.txt forgets."""

import pytest
from seldon_component.user_class.missing_packages import advice

WHAT_TO_DO = "into requirements.txt, or into the project of the lock"


@pytest.mark.parametrize(("last", "line"), [
    ("ModuleNotFoundError: No module named 'six'", f"six is not installed: write its package {WHAT_TO_DO}"),
    ("ModuleNotFoundError: No module named 'yaml'", f"yaml is not installed: write PyYAML {WHAT_TO_DO}"),
    ("ImportError: No module named yaml", f"yaml is not installed: write PyYAML {WHAT_TO_DO}"),
    ("ImportError: No module named google.protobuf", f"google.protobuf is not installed: write protobuf {WHAT_TO_DO}"),
    (
        "ModuleNotFoundError: No module named 'seldon_core.utils'",
        f"seldon_core.utils is not installed: write seldon-core {WHAT_TO_DO}",
    ),
])
def test_the_package_of_a_missing_module_is_named(last, line):
    assert advice(f"Traceback:\n  import it\n{last}") == f"\n{line}"


@pytest.mark.parametrize("text", [
    "ModuleNotFoundError: No module named 'numpy.nothing'",  # of another version of an installed package
    "ModuleNotFoundError: No module named 'six'\n\nDuring handling of it:\nRuntimeError: no six",
    "KeyError: 'yaml'",
])
def test_another_mistake_gets_no_such_line(text):
    assert advice(text) == ""
