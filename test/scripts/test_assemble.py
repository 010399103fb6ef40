"""s2i/bin/assemble, on each Python that models have."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from seldon_runtime.assembly.end_of_life import ended, sentence
from support.mistakes import CONTRACT_MISTAKES, MISTAKES, NOT_INSTALLABLE, Mistake
from support.pythons import CURRENT
from support.sandbox import MODEL
from support.scripts import APPS, script, variables, version_of
from support.server import ROOT


@pytest.fixture
def recording_python(tmp_path: Path, one_python: str) -> Path:
    """An interpreter that notes what pip is asked for, where, in place of doing it."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\n[ "$3" = pip ] || exec {one_python} "$@"\nshift 3\necho "pip $*; in $PWD"\n')
    python.chmod(0o755)
    return python


def said_by_pip(build: subprocess.CompletedProcess[str]) -> list[str]:
    """What the recording interpreter's pip was asked for, a line each."""
    lines = [line.strip() for line in build.stdout.splitlines()]
    return [line for line in lines if line.startswith("pip install ")]


@pytest.mark.parametrize("mistake", MISTAKES + CONTRACT_MISTAKES, ids=lambda mistake: mistake.folder)
def test_a_mistake_ends_the_build_with_its_own_words_and_exit_code(
    mistake: Mistake, model_python: str, home: Path
) -> None:
    build = script(
        "assemble", S2I_SOURCE=APPS / "mistakes" / mistake.folder, MICROSERVICE_HOME=home, MODEL_PYTHON=model_python
    )
    assert build.stderr == mistake.at_build(home, version_of(model_python))
    assert build.returncode == mistake.exit_code


def test_a_requirement_that_cannot_be_installed_ends_the_build_below_what_pip_said(
    model_python: str, home: Path
) -> None:
    source = APPS / "mistakes" / NOT_INSTALLABLE.folder
    no_index = {"PIP_INDEX_URL": source.as_uri(), "PIP_FIND_LINKS": ""}
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=model_python, **no_index)
    said_by_pip, _, last = build.stderr.rstrip("\n").rpartition("\n")
    assert "No matching distribution found for scikit-learn==99.0" in said_by_pip
    assert last + "\n" == NOT_INSTALLABLE.at_build(home)
    assert build.returncode == NOT_INSTALLABLE.exit_code


def test_two_wrong_variables_are_both_named(source: Path, home: Path, one_python: str) -> None:
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=one_python, API_TYPE="SOAP", PERSISTENCE=2)
    assert build.stderr == (
        "API_TYPE: expected REST, GRPC or REST,GRPC, found 'SOAP'\nPERSISTENCE: expected 0 or 1, found '2'\n"
    )


def test_the_environment_wins_over_the_file(source: Path, home: Path, one_python: str) -> None:
    (source / "Other.py").write_text(MODEL.replace("MyModel", "Other"))
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=one_python, MODEL_NAME="Other")
    assert build.returncode == 0
    assert "Importing Other" in build.stdout


def test_the_class_is_imported_in_the_models_own_python(model_python: str, source: Path, home: Path) -> None:
    (source / "MyModel.py").write_text(f"import sys\nprint('model on %d.%d' % sys.version_info[:2])\n{MODEL}")
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=model_python)
    assert f"model on {version_of(model_python)}\n" in build.stdout
    assert build.returncode == 0


def test_the_class_is_not_constructed(source: Path, home: Path, one_python: str) -> None:
    (source / "MyModel.py").write_text(f"{MODEL}    def __init__(self):\n        raise OSError('no database here')\n")
    assert script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=one_python).returncode == 0


def test_a_module_that_ends_its_process_with_a_signal_is_an_import_that_failed(
    model_python: str, source: Path, home: Path
) -> None:
    (source / "MyModel.py").write_text(f"import ctypes\nctypes.string_at(0)\n{MODEL}")
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=model_python)
    assert build.stderr.endswith("the component's process ended (signal 11, SIGSEGV) while importing the class\n")
    assert build.returncode == 13


def test_requirements_are_installed_before_the_package(source: Path, home: Path, recording_python: Path) -> None:
    (source / "requirements.txt").write_text("a-framework\n")
    (source / "setup.py").touch()
    build = script(
        "assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=recording_python, INSTALLER="pip", BUILD_LOGLEVEL=1
    )
    first, second = said_by_pip(build)
    assert first.endswith(f"-r requirements.txt; in {home}")
    # not in the served folder, in which setuptools would leave what it builds
    assert " .; in " in second and not second.endswith(str(home))


def test_a_pyproject_alone_is_a_package_too(source: Path, home: Path, recording_python: Path) -> None:
    (source / "pyproject.toml").write_text('[build-system]\nrequires = ["setuptools"]\n')
    build = script(
        "assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=recording_python, INSTALLER="pip", BUILD_LOGLEVEL=1
    )
    assert len(said_by_pip(build)) == 1


def test_a_pyproject_of_an_application_brings_its_dependencies_and_is_no_package(
    source: Path, home: Path, recording_python: Path
) -> None:
    (source / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\ndependencies = ["pricing>=1", "rounding"]\n')
    given = {"MODEL_PYTHON": recording_python, "INSTALLER": "pip", "BUILD_LOGLEVEL": 1}
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, **given)
    (line,) = said_by_pip(build)
    assert line.endswith(f" -- pricing>=1 rounding; in {home}")
    assert build.returncode == 0


def test_a_pyproject_with_a_linters_section_is_no_package(source: Path, home: Path, recording_python: Path) -> None:
    (source / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    given = {"MODEL_PYTHON": recording_python, "INSTALLER": "pip", "BUILD_LOGLEVEL": 1}
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, **given)
    assert (build.returncode, said_by_pip(build)) == (0, [])


def test_variables_of_the_file_reach_pip_and_the_class(source: Path, home: Path, recording_python: Path) -> None:
    """As in an image of s2i, which makes variables of the file itself."""
    (source / ".s2i" / "environment").write_text("MODEL_NAME=MyModel\nWEIGHTS=w.bin\n")
    (source / "requirements.txt").write_text("pricing\n")
    recording_python.write_text(recording_python.read_text().replace("pip $*;", "pip $* with $WEIGHTS;"))
    (source / "MyModel.py").write_text(f"import os\nprint('class with', os.environ['WEIGHTS'])\n{MODEL}")
    given = {"MODEL_PYTHON": recording_python, "INSTALLER": "pip", "BUILD_LOGLEVEL": 1}
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, **given)
    assert build.returncode == 0, build.stderr
    assert " with w.bin; in " in said_by_pip(build)[0]
    assert "class with w.bin\n" in build.stdout


def test_without_requirements_and_package_pip_is_left_alone(source: Path, home: Path, recording_python: Path) -> None:
    build = script(
        "assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=recording_python, INSTALLER="pip", BUILD_LOGLEVEL=1
    )
    assert build.returncode == 0
    assert said_by_pip(build) == []


def test_nothing_is_installed_for_a_model_that_has_no_file(home: Path, source: Path, recording_python: Path) -> None:
    (source / "requirements.txt").write_text("a-framework\n")
    given = {"MODEL_PYTHON": recording_python, "INSTALLER": "pip", "MODEL_NAME": "Other", "BUILD_LOGLEVEL": 1}
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, **given)
    assert build.returncode == 11
    assert said_by_pip(build) == []


def test_an_inline_component_needs_the_servers_own_python(model_python: str, source: Path, home: Path) -> None:
    build = script(
        "assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=model_python, MODEL_PROCESS="inline"
    )
    ours, theirs = version_of(sys.executable), version_of(model_python)
    expected = (
        f"MODEL_PROCESS: inline needs the class to run on Python {ours}, the server's; "
        f"{model_python} is Python {theirs}. Use separate, or a builder of that version\n"
    )
    assert (build.returncode, build.stderr) == ((0, "") if ours == theirs else (10, expected))


def test_each_step_has_a_line_with_its_number_and_seconds_and_pip_is_not_heard(source: Path, home: Path, recording_python: Path) -> None:
    (source / "requirements.txt").write_text("a-framework\n")
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=recording_python, INSTALLER="pip")
    assert [re.sub(r" +\d+\.\d s$", " … s", line) for line in build.stdout.splitlines() if line[2] == "."] == [
        " 1. Checking the settings … s",
        f" 2. Copying the source to {home} … s",
        " 3. Installing requirements.txt … s",
        " 4. Checking that the packages agree … s",
        " 5. Compiling … s",
        " 6. Importing MyModel in its own Python … s",
        " 7. Looking for credentials … s",
        " 8. Recording what the image holds … s",
    ]


def test_a_build_says_that_its_python_gets_no_fixes(source: Path, home: Path, model_python: str) -> None:
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=model_python)
    version = version_of(model_python)
    until = ended(version, date.today())
    assert [line.strip() for line in build.stdout.splitlines() if " security fixes " in line] == (
        [sentence(version, until, CURRENT)] if until else []
    )


def test_what_failed_stands_last_and_has_no_colours_where_nobody_looks_at_a_terminal(source: Path, home: Path, one_python: str) -> None:
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=one_python, MODEL_NAME="Other")
    assert [line for line in build.stdout.splitlines() if line[2] == "."][-1].endswith("  failed")
    assert "\033" not in build.stdout + build.stderr


def test_what_failed_is_bold_on_a_terminal(source: Path, home: Path) -> None:
    output, terminal = os.openpty()
    environment = variables(S2I_SOURCE=source, MICROSERVICE_HOME=home, API_TYPE="SOAP")
    subprocess.run([ROOT / "s2i" / "bin" / "assemble"], env=environment, stderr=terminal, check=False)
    os.close(terminal)
    assert os.read(output, 4096).startswith(b"\033[1;31mAPI_TYPE: expected REST, GRPC or REST,GRPC, found 'SOAP'")
    os.close(output)
