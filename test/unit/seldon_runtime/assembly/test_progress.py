"""What a build prints: two lines a step, with its notes below them."""

from __future__ import annotations

import io
import os
import re
import sys
import time

import pytest
from seldon_component.errors import StartError
from seldon_runtime.assembly.progress import ALWAYS, Progress, print_failure
from support.waiting import eventually


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
    assert without_seconds(capsys.readouterr().out) == [
        "    Copying to /home …", " 1. Copying to /home … s", "    Importing MyModel …", " 2. Importing MyModel … s"]  # fmt: skip
    assert list(progress.seconds) == ["Copying to /home", "Importing MyModel"]


def test_a_step_gets_its_arguments_and_gives_its_result(progress: Progress) -> None:
    assert progress.step("Adding", ALWAYS, max, 1, 2) == 2


def test_a_step_with_nothing_to_do_has_neither_line_nor_number_nor_result(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    assert progress.step("Skipped", False, pytest.fail, "it was run") is None
    progress.step("Done", ALWAYS, dict)
    assert without_seconds(capsys.readouterr().out) == ["    Done …", " 1. Done … s"]


def test_a_note_stands_below_the_line_of_its_own_step(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.step("First", ALWAYS, progress.note, "a remark")
    progress.step("Second", ALWAYS, dict)
    assert without_seconds(capsys.readouterr().out) == [
        "    First …", " 1. First … s", "    a remark", "    Second …", " 2. Second … s"]  # fmt: skip


def test_the_line_of_a_step_that_fails_says_so_below_it_are_its_notes(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        progress.note("a remark")
        raise StartError("no")

    with pytest.raises(StartError):
        progress.step("First", ALWAYS, fail)
    assert without_seconds(capsys.readouterr().out) == ["    First …", " 1. First … s  failed", "    a remark"]


def test_the_title_is_there_before_the_step_has_ended(progress: Progress, capsys: pytest.CaptureFixture[str]) -> None:
    assert progress.step("Importing MyModel", ALWAYS, lambda: capsys.readouterr().out) == "    Importing MyModel …\n"


def test_a_step_that_takes_long_prints_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    printed: list[str] = []

    def has_printed_twice() -> bool:
        printed.append(capsys.readouterr().out)
        return "".join(printed).count("    Installing: at work for 0 s\n") > 1

    Progress(quiet_seconds=0.01).step("Installing", ALWAYS, eventually, has_printed_twice, "two lines were printed")


def test_a_failure_comes_when_the_steps_have_been_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of two streams has the order in which it reads them."""
    reading, writing = os.pipe()
    events: list[str] = []

    class Errors(io.StringIO):
        def write(self, text: str) -> int:
            events.append("written")
            return super().write(text)

    def read(seconds: float) -> None:
        events.append(f"read {os.read(reading, 100).decode()}")

    with os.fdopen(writing, "w") as output, os.fdopen(reading):
        monkeypatch.setattr(sys, "stdout", output)
        monkeypatch.setattr(sys, "stderr", Errors())
        monkeypatch.setattr(time, "sleep", read)
        print("a step")
        print_failure("why")
    assert events[:2] == ["read a step\n", "written"]
