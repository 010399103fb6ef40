"""A source whose model file lies in a sub-folder: its own requirements.txt counts, or the build says what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.package_index import make_wheel
from support.sandbox import Sandbox
from support.scripts import APPS

FLATS = APPS / "model-files" / "mlflow"
MISSING = "{name}/MLmodel: MLflow is not installed. Add -r {name}/requirements.txt to requirements.txt\n"


@pytest.fixture(params=["flats", "the flats"])
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def sandbox(name: str, one_sandbox: Sandbox) -> Sandbox:
    """The source has an MLflow model in a sub-folder, which requires one small package of the index."""
    shutil.copytree(FLATS, one_sandbox.source / name)
    (one_sandbox.source / name / "requirements.txt").write_text("-r more.txt\n")
    (one_sandbox.source / name / "more.txt").write_text("alpha\n")
    make_wheel(one_sandbox.index.folder, "alpha", "1.0")
    return one_sandbox


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_the_requirements_beside_a_model_file_are_installed_and_said(installer: str, name: str, sandbox: Sandbox) -> None:
    build = sandbox.assemble(MODEL_NAME=f"{name}/MLmodel", INSTALLER=installer)
    assert f"    {name}/requirements.txt says what the model needs\n" in build.stdout
    assert sandbox.versions("alpha") == ["1.0"]
    assert (build.returncode, build.stderr.splitlines(True)[0]) == (20, MISSING.format(name=name))  # MLflow is too large


def test_a_list_of_the_source_itself_wins_and_the_error_names_the_line_for_it(name: str, sandbox: Sandbox) -> None:
    make_wheel(sandbox.index.folder, "beta", "1.0")
    build = sandbox.assemble("beta", MODEL_NAME=f"{name}/MLmodel")
    assert "says what the model needs" not in build.stdout
    assert (build.returncode, build.stderr.splitlines(True)[0]) == (20, MISSING.format(name=name))
    assert sandbox.versions("beta") == ["1.0"]


def test_other_requirements_beside_the_model_file_are_seen_by_an_incremental_build(name: str, sandbox: Sandbox) -> None:
    (sandbox.source / "MyModel.py").unlink()
    first = {"MODEL_NAME": f"{name}/MLmodel", "SELF_TEST": "off"}
    assert sandbox.assemble(**first).returncode == 0
    sandbox.save_artifacts()
    (sandbox.source / name / "more.txt").write_text("beta\n")
    make_wheel(sandbox.index.folder, "beta", "1.0")
    assert sandbox.assemble(**first).returncode == 0
    assert sandbox.versions("beta") == ["1.0"]
    assert not (sandbox.home / name / "more.txt").read_text().startswith("alpha")


def test_without_a_name_the_files_of_sub_folders_are_named(name: str, sandbox: Sandbox) -> None:
    Path(sandbox.source, "MyModel.py").unlink()
    build = sandbox.assemble(MODEL_NAME="")
    assert build.returncode == 10
    assert build.stderr == (
        f"MODEL_NAME: expected a class, or a model file such as {name}/MLmodel, found nothing; "
        f"set it in .s2i/environment, or with s2i build -e MODEL_NAME={name}/MLmodel\n"
    )
