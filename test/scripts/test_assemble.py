"""s2i/bin/assemble, on each Python that models have."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from mistakes import CONTRACT_MISTAKES, MISTAKES, NOT_INSTALLABLE, Mistake
from scripts import APPS, script, version_of

MODEL = "class MyModel(object):\n    def predict(self, X, features_names):\n        return X\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with the least that can be served."""
    folder = tmp_path / "source"
    (folder / ".s2i").mkdir(parents=True)
    (folder / ".s2i" / "environment").write_text("MODEL_NAME=MyModel\n")
    (folder / "MyModel.py").write_text(MODEL)
    return folder


@pytest.fixture
def recording_python(tmp_path: Path) -> Path:
    """An interpreter that notes what pip is asked for, where, in place of doing it."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\n[ "$2" = pip ] && echo "pip $*; in $PWD" || exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return python


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*")}


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
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=model_python, PIP_NO_INDEX=1)
    said_by_pip, _, last = build.stderr.rstrip("\n").rpartition("\n")
    assert "No matching distribution found for scikit-learn==99.0" in said_by_pip
    assert last + "\n" == NOT_INSTALLABLE.at_build(home)
    assert build.returncode == NOT_INSTALLABLE.exit_code


def test_two_wrong_variables_are_both_named(source: Path, home: Path) -> None:
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, API_TYPE="SOAP", PERSISTENCE=2)
    assert build.stderr == (
        "API_TYPE: found 'SOAP'; allowed: REST, GRPC or REST,GRPC\nPERSISTENCE: found '2'; allowed: 0 or 1\n"
    )


def test_the_environment_wins_over_the_file(source: Path, home: Path) -> None:
    (source / "Other.py").write_text(MODEL.replace("MyModel", "Other"))
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_NAME="Other")
    assert build.returncode == 0
    assert "Importing Other" in build.stdout


def test_the_class_is_imported_in_the_models_own_python(model_python: str, source: Path, home: Path) -> None:
    (source / "MyModel.py").write_text(f"import sys\nprint('model on %d.%d' % sys.version_info[:2])\n{MODEL}")
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=model_python)
    assert f"model on {version_of(model_python)}\n" in build.stdout
    assert build.returncode == 0


def test_the_class_is_not_constructed(source: Path, home: Path) -> None:
    (source / "MyModel.py").write_text(f"{MODEL}    def __init__(self):\n        raise OSError('no database here')\n")
    assert script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home).returncode == 0


def test_a_module_that_ends_its_process_with_a_signal_is_an_import_that_failed(
    model_python: str, source: Path, home: Path
) -> None:
    (source / "MyModel.py").write_text(f"import ctypes\nctypes.string_at(0)\n{MODEL}")
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=model_python)
    assert build.stderr.endswith("importing the model ended its process with signal 11\n")
    assert build.returncode == 13


def test_everything_is_copied_with_its_mode_dotfiles_and_run_bits_and_links_included(home: Path) -> None:
    source = APPS / "data-and-package"
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home)
    assert build.returncode == 0, build.stderr
    made_by_the_import = {path for path in modes(home) if "__pycache__" in path}
    assert modes(home).keys() - made_by_the_import == {path for path in modes(source) if "__pycache__" not in path}
    assert os.access(home / "bin" / "minutes-per-km", os.X_OK)
    assert not os.access(home / "DeliveryTime.py", os.X_OK)
    assert (home / ".labels").read_bytes() == (source / ".labels").read_bytes()


def test_links_stay_links(source: Path, home: Path) -> None:
    (source / "latest").symlink_to("MyModel.py")
    (source / "elsewhere").symlink_to("/no/such/file")
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home)
    assert build.returncode == 0, build.stderr
    assert os.readlink(home / "latest") == "MyModel.py"
    assert os.readlink(home / "elsewhere") == "/no/such/file"


def test_the_group_may_do_what_the_owner_may(source: Path, home: Path) -> None:
    private = {"key": 0o600, "tool": 0o700, "frozen": 0o400, "shared": 0o644}
    for name, mode in private.items():
        (source / name).touch()
        (source / name).chmod(mode)
    (source / "closed").mkdir(mode=0o700)
    assert script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home).returncode == 0
    found = modes(home)
    assert {name: found[name] for name in (*private, "closed")} == {
        "key": 0o660, "tool": 0o770, "frozen": 0o440, "shared": 0o664, "closed": 0o770}  # fmt: skip
    assert all((mode & 0o700) >> 3 == mode & 0o070 for mode in found.values())


def test_a_source_that_is_the_users_own_folder_stays_as_it_is(source: Path, home: Path) -> None:
    before = modes(source)
    script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home)
    assert modes(source) == before


def test_requirements_are_installed_before_the_package(source: Path, home: Path, recording_python: Path) -> None:
    (source / "requirements.txt").write_text("a-framework\n")
    (source / "setup.py").touch()
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=recording_python)
    first, second = [line for line in build.stdout.splitlines() if line.startswith("pip ")]
    assert first == f"pip -m pip install --no-cache-dir -r requirements.txt; in {home}"
    # not in the served folder, in which setuptools would leave what it builds
    assert second.startswith("pip -m pip install --no-cache-dir .; in ") and not second.endswith(str(home))


def test_a_pyproject_alone_is_a_package_too(source: Path, home: Path, recording_python: Path) -> None:
    (source / "pyproject.toml").touch()
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=recording_python)
    assert len([line for line in build.stdout.splitlines() if line.startswith("pip ")]) == 1


def test_without_requirements_and_package_pip_is_left_alone(source: Path, home: Path, recording_python: Path) -> None:
    build = script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=recording_python)
    assert build.returncode == 0
    assert "pip " not in build.stdout


def test_nothing_is_installed_for_a_model_that_has_no_file(home: Path, source: Path, recording_python: Path) -> None:
    (source / "requirements.txt").write_text("a-framework\n")
    build = script(
        "assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, MODEL_PYTHON=recording_python, MODEL_NAME="Other"
    )
    assert build.returncode == 11
    assert "pip " not in build.stdout


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
