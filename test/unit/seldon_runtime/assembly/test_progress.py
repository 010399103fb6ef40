"""What a build prints: one line a step, with its notes below it."""

from __future__ import annotations

import re
import sys
import types

import pytest
from seldon_component.errors import StartError
from seldon_runtime.assembly.build import Job
from seldon_runtime.assembly.progress import Step, Steps


@pytest.fixture
def job() -> Job:
    return Job(types.SimpleNamespace(home="/home"), types.SimpleNamespace(model_name="MyModel", model_python=sys.executable), {})


def without_seconds(printed: str) -> list[str]:
    return [re.sub(r" +\d+\.\d s\b", " … s", line) for line in printed.splitlines()]


def test_a_line_a_step_with_its_number_and_its_seconds(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    Steps().run(job, (Step("Copying to {paths.home}", lambda job: None), Step("Importing {settings.model_name}", print)))
    lines = without_seconds(capsys.readouterr().out)
    assert (lines[0], lines[-1]) == (" 1. Copying to /home … s", " 2. Importing MyModel … s")


def test_a_step_with_nothing_to_do_has_neither_line_nor_number(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    Steps().run(job, (Step("Skipped", pytest.fail, lambda job: False), Step("Done", lambda job: None)))
    assert without_seconds(capsys.readouterr().out) == [" 1. Done … s"]


def test_a_note_stands_below_the_line_of_its_own_step(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    Steps().run(job, (Step("First", lambda job: job.notes.append("a remark")), Step("Second", lambda job: None)))
    assert without_seconds(capsys.readouterr().out) == [" 1. First … s", "    a remark", " 2. Second … s"]


def test_the_line_of_a_step_that_fails_says_so_and_no_other_step_is_run(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(job: Job) -> None:
        job.notes.append("a remark")
        raise StartError("no")

    with pytest.raises(StartError):
        Steps().run(job, (Step("First", fail), Step("Second", pytest.fail)))
    assert without_seconds(capsys.readouterr().out) == [" 1. First … s  failed", "    a remark"]
