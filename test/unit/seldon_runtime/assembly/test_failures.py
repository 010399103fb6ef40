"""What a step raises becomes one sentence, with the step, the file and what to do."""

from __future__ import annotations

import os

import pytest
from seldon_runtime.assembly.errors import InstallFailed
from seldon_runtime.assembly.failures import step_failed


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(28, "No space left on device", "/opt/model/x"), "Compiling: /opt/model/x: No space left on device; free space, and build again"),
        (PermissionError(13, "Permission denied", b"/x"), f"Compiling: /x: Permission denied; give uid {os.geteuid()} the rights for it, or leave it out with .s2iignore"),
        (OSError(22, "Invalid argument"), "Compiling: a file: Invalid argument; look at it, or leave it out with .s2iignore"),
        (MemoryError(), "Compiling: the memory does not suffice; give the build more memory"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_of_the_system_names_the_file(error: Exception, text: str) -> None:
    assert str(step_failed("Compiling", error)) == text
    assert step_failed("Compiling", error).exit_code == 27


def test_any_other_error_names_its_place() -> None:
    try:
        int("weight")
    except ValueError as error:
        text = str(step_failed("Compiling", error))
    assert text.startswith("Compiling: ValueError in test_failures.py, line ")
    assert text.endswith("base 10: 'weight'; this is a fault of the builder: please report these lines")


def test_a_failure_of_the_build_stays_as_it_is() -> None:
    failure = InstallFailed("requirements.txt: no")
    assert step_failed("Compiling", failure) is failure
