"""docker-bake.json is the one table of Pythons: the scripts, the Dockerfiles, the locks and the README follow it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from seldon_runtime.assembly.end_of_life import TABLE as OF_THE_RUNTIME
from support.pythons import DEFAULT, MODEL_VERSIONS, OTHER_VERSIONS, SERVER_ENDS, TABLE, Row
from support.server import ROOT

LOCKS = ROOT / "runtime" / "requirements"
VERSIONS = [row.version for row in TABLE]
OF_PYTHON3 = [row for row in TABLE if row.builder == "python3"]
OF_SERVER = VERSIONS[VERSIONS.index(SERVER_ENDS[0]) :]
OF_TOOLS = [version for version in OF_SERVER if VERSIONS.index(version) <= VERSIONS.index(DEFAULT)]
IMAGE_OF = {row.version: row.image for row in TABLE}


def pythons(*arguments: str, folder: Path = ROOT) -> list[str]:
    run = subprocess.run([folder / "make" / "pythons", *arguments], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def dockerfile(name: str) -> str:
    return (ROOT / "builders" / name / "Dockerfile").read_text(encoding="utf-8")


def test_bake_and_the_build_of_a_model_read_the_same_file() -> None:
    assert (ROOT / "docker-bake.json").resolve() == OF_THE_RUNTIME


def test_the_script_reads_each_row() -> None:
    assert [Row(*line.split()) for line in pythons()] == list(TABLE)
    assert pythons("default") == [DEFAULT]
    assert pythons("newest") == [VERSIONS[-1]]
    assert pythons("server") == OF_SERVER
    assert pythons("tools") == OF_TOOLS
    assert pythons("image", "3.8", "python3") == ["python:3.8-slim"]
    assert pythons("image", "3.6", "python3") == []


def test_a_dockerfile_alone_builds_the_default() -> None:
    assert f"SERVER_IMAGE={IMAGE_OF[DEFAULT]}\n" in dockerfile("base")
    assert f"PYTHON_IMAGE={IMAGE_OF[DEFAULT]} " in dockerfile("python3")
    assert f"PYTHON_IMAGE={IMAGE_OF['3.6']} " in dockerfile("python36")
    assert f"PYTHON_IMAGE={IMAGE_OF['2.7']} " in dockerfile("python2")


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_has_its_locks(version: str) -> None:
    names = [
        "component",
        *(["build", "server"] if version in OF_SERVER else []),
        *(["dev"] if version in OF_TOOLS else []),
    ]
    assert [name for name in names if not (LOCKS / f"{name}-{version}.txt").is_file()] == []


@pytest.mark.parametrize("version", OF_SERVER)
def test_the_server_has_zstd_on_each_version(version: str) -> None:
    has_package = "backports-zstd==" in (LOCKS / f"server-{version}.txt").read_text(encoding="utf-8")
    is_in_python = VERSIONS.index(version) >= VERSIONS.index("3.14")
    assert has_package != is_in_python


def test_the_next_version_is_one_line(tmp_path: Path) -> None:
    for name in ("Makefile", "VERSION", "make"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    *rows, last, end = (ROOT / "docker-bake.json").read_text(encoding="utf-8").splitlines()
    new = last.replace(VERSIONS[-1], "3.99")
    (tmp_path / "docker-bake.json").write_text("\n".join([*rows, f"{last},", new, end]) + "\n", encoding="utf-8")
    command = ["make", "-n", "build-python3", "PYTHON_VERSION=3.99"]
    planned = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "'PYTHON_IMAGE=python:3.99-slim-trixie'" in planned
    assert re.search(r"python3:[0-9.]+-py3\.99'", planned)
    assert pythons("newest", folder=tmp_path) == ["3.99"]


def test_make_refuses_a_version_that_the_builder_is_not_for() -> None:
    run = subprocess.run(
        ["make", "-n", "build-python3", "PYTHON_VERSION=3.6"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "PYTHON_VERSION: expected a version of python3 in docker-bake.json, found 3.6" in run.stderr


def test_models_run_on_the_oldest_and_the_newest_of_each_line() -> None:
    ends = {"2.7", "3.6", OF_PYTHON3[0].version, OF_PYTHON3[-1].version}
    assert ends <= {*MODEL_VERSIONS, *OTHER_VERSIONS}


IMPORT_ALL = """
import importlib, pkgutil, seldon_runtime
for module in pkgutil.walk_packages(seldon_runtime.__path__, "seldon_runtime."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


@pytest.mark.parametrize("version", SERVER_ENDS)
def test_the_server_is_for_the_oldest_and_the_newest_python_that_it_has_locks_for(
    version: str, model_python_of: Callable[..., str]
) -> None:
    command = [model_python_of(version, "server"), "-c", IMPORT_ALL]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "runtime"), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (run.stderr, run.returncode) == ("", 0)


def test_the_readme_says_until_when_each_python_is_maintained() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (\d\.\d+) \| `([a-z0-9]+)` .*\| (no|yes|with `SERVER_IMAGE`) \| (\d{4}-\d\d) \|$", readme, re.MULTILINE
    )
    assert rows == [(row.version, row.builder, inline_on(row.version), row.until) for row in TABLE]


def inline_on(version: str) -> str:
    """What the README says of the inline mode, which needs the server on the version of the class."""
    if version not in OF_SERVER:
        return "no"
    return "yes" if version == DEFAULT else "with `SERVER_IMAGE`"


def test_without_the_tests_of_its_packages_numpy_works_as_a_whole(model_python_of: Callable[[str], str]) -> None:
    """numpy 2.2, the last one for Python 3.10, imports a file of its tests when SciPy or scikit-learn import it."""
    python = model_python_of("3.10")
    assert subprocess.run([python, "-c", "from numpy import *; import numpy.testing"], check=False).returncode == 0
    left = list(Path(python).parents[1].glob("lib/python3.10/site-packages/**/tests/*.py"))
    assert [path.name for path in left] == ["_natype.py"]


@pytest.mark.parametrize(("options", "found"), [([], "of-the-system"), (["--copyable"], "")])
def test_a_stand_in_copies_no_python_that_shares_its_folder_with_the_system(
    options: list[str], found: str, tmp_path: Path
) -> None:
    """The two differ in site-packages: Debian's own Python has other folders below /usr."""
    of_the_system = tmp_path / "of-the-system" / "python3.99"
    of_the_system.parent.mkdir()
    pretend = "import sys, types; sys.modules['pip'] = types.ModuleType('pip'); sys.version_info = (3, 99); sys.executable = __file__; "
    of_the_system.write_text(f"#!{sys.executable}\n{pretend}del sys.argv[:1]; exec(sys.stdin.read())\n")
    of_the_system.chmod(0o755)
    variables = {**os.environ, "PATH": f"{of_the_system.parent}:{os.environ['PATH']}"}
    command = [str(ROOT / "make" / "find-python"), *options, "3.99"]
    run = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert found in run.stdout and bool(run.stdout) == bool(found)
