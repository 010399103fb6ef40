"""What a build prints: one line a step, with its notes below it."""

from __future__ import annotations

import re

import pytest
from seldon_component.errors import StartError
from seldon_runtime.assembly.progress import ALWAYS, Progress


@pytest.fixture
def progress() -> Progress:
    return Progress()


def without_seconds(printed: str) -> list[str]:
    return [re.sub(r" +\d+\.\d s\b", " … s", line) for line in printed.splitlines()]


def test_a_line_a_step_with_its_number_and_its_seconds(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.step("Copying to /home", ALWAYS, dict)
    progress.step("Importing MyModel", ALWAYS, dict)
    assert without_seconds(capsys.readouterr().out) == [" 1. Copying to /home … s", " 2. Importing MyModel … s"]
    assert list(progress.seconds) == ["Copying to /home", "Importing MyModel"]


def test_a_step_gets_its_arguments_and_gives_its_result(progress: Progress) -> None:
    assert progress.step("Adding", ALWAYS, max, 1, 2) == 2


def test_a_step_with_nothing_to_do_has_neither_line_nor_number_nor_result(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    assert progress.step("Skipped", False, pytest.fail, "it was run") is None
    progress.step("Done", ALWAYS, dict)
    assert without_seconds(capsys.readouterr().out) == [" 1. Done … s"]


def test_a_note_stands_below_the_line_of_its_own_step(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.step("First", ALWAYS, progress.note, "a remark")
    progress.step("Second", ALWAYS, dict)
    assert without_seconds(capsys.readouterr().out) == [" 1. First … s", "    a remark", " 2. Second … s"]


def test_the_line_of_a_step_that_fails_says_so_below_it_are_its_notes(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        progress.note("a remark")
        raise StartError("no")

    with pytest.raises(StartError):
        progress.step("First", ALWAYS, fail)
    assert without_seconds(capsys.readouterr().out) == [" 1. First … s  failed", "    a remark"]
