"""s2i/bin/assemble with the locks of today's tools, each read by its own tool, for a model on any Python."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.pythons import CURRENT
from support.sandbox import MODEL, Sandbox

# folder -> its lock, and versions of Python
LOCKS = {
    "uv-lock": ("uv.lock", ["3.13"]),
    "poetry-lock": ("poetry.lock", ["3.6"]),
    "pdm-lock": ("pdm.lock", ["3.13"]),
    "pylock": ("pylock.toml", ["3.13"]),
    "pipfile-lock": ("Pipfile.lock", ["2.7", "3.6"]),
}
LOCKED = {"python-dateutil": "2.9.0.post0", "six": "1.17.0"}


def installed(sandbox: Sandbox) -> dict[str, str]:
    packages = sandbox.record()["packages"]
    return {package["name"]: package["version"] for package in packages if package["origin"] != "builder"}


@pytest.mark.parametrize(("app", "version"), [(app, version) for app, (_, versions) in LOCKS.items() for version in versions])
def test_a_lock_is_installed_as_it_is_without_the_groups_for_development(
    app: str, version: str, sandbox_of: Callable[[str, str], Sandbox]
) -> None:
    sandbox = sandbox_of(app, version)
    extras = "" if app in ("poetry-lock", "pylock") else "text"
    (sandbox.source / "requirements.txt").write_text("no-such-package==0\n")
    build = sandbox.assemble_as_it_is(INSTALL_EXTRAS=extras)
    assert build.returncode == 0, build.stdout + build.stderr
    lock = LOCKS[app][0]
    assert f"    {lock} says what the model needs; not read: requirements.txt\n" in build.stdout
    assert f"Installing {lock} " in build.stdout
    packages = installed(sandbox)
    assert ("idna" in packages) == bool(extras)
    packages.pop("idna", None)
    assert packages == LOCKED
    left = {path.name for path in sandbox.home.iterdir()} - {path.name for path in sandbox.source.iterdir()}
    assert left <= {"__pycache__", "Dates.pyc"}


MISFITS = {
    "uv-lock": ("pyproject.toml", "needs to be updated"),
    "poetry-lock": ("pyproject.toml", "pyproject.toml changed significantly since poetry.lock was last generated"),
    "pdm-lock": ("pyproject.toml", "Lockfile doesn't satisfy the project requirements"),
    "pipfile-lock": ("Pipfile", "Pipfile.lock is out-of-date"),
}


@pytest.mark.parametrize("app", MISFITS)
def test_a_lock_that_does_not_fit_its_project_ends_the_build_with_the_tools_words_and_ours(
    app: str, sandbox_of: Callable[[str, str], Sandbox]
) -> None:
    sandbox, (name, words) = sandbox_of(app, "3.13"), MISFITS[app]
    project = sandbox.source / name
    project.write_text(project.read_text().replace("2.9.0.post0", "2.8.2"))
    build = sandbox.assemble_as_it_is()
    assert words in build.stderr
    lock, tool = LOCKS[app][0], app.partition("-")[0].replace("pipfile", "pipenv")
    assert build.stderr.endswith(
        f"{lock}: {tool} does not accept it; the lines above say why. If it does not fit the project, run "
        f"`{tool} lock`, and build again\n"
    )
    assert build.returncode == 17


@pytest.mark.parametrize("app", ["uv-lock", "pdm-lock"])
def test_the_hashes_of_a_lock_are_checked(app: str, sandbox_of: Callable[[str, str], Sandbox]) -> None:
    sandbox = sandbox_of(app, "3.13")
    lock = sandbox.source / LOCKS[app][0]
    lock.write_text(lock.read_text().replace("sha256:4721f391", "sha256:00000000").replace("sha256:ff70335d", "sha256:00000000"))
    build = sandbox.assemble_as_it_is()
    assert "00000000ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274" in build.stderr
    private = f"If a package is of a private index, name that index in {sandbox.secrets}/pip.conf: those of a lock are not read\n"
    assert build.stderr.endswith(f"{LOCKS[app][0]}: pip could not install it; the lines above say what and why\n{private}")
    assert build.returncode == 17


def test_of_a_conda_environment_what_the_index_has_is_installed_and_the_rest_is_named(
    sandbox_of: Callable[[str, str], Sandbox],
) -> None:
    sandbox = sandbox_of("conda-environment", "3.13")
    build = sandbox.assemble_as_it_is()
    assert build.returncode == 0, build.stderr
    assert installed(sandbox) == LOCKED
    block = (
        "environment.yml: the index has nothing for these:\n  no-such-library-for-conda-alone==1.2.*\nFor each: "
    )
    assert build.stderr.startswith(f"WARNING: {block}")
    assert build.stderr.endswith(
        "WARNING: environment.yml: expected a range with Python 3.13, the builder's, found python==3.10.*; "
        "if a package needs that one, build with the builder for it\n"
    )
    sandbox.renew()
    refused = sandbox.assemble_as_it_is(CONDA="refuse")
    assert (refused.returncode, refused.stderr.startswith(block)) == (17, True)


def test_a_pylock_that_this_python_cannot_use_is_refused(sandbox_of: Callable[[str, str], Sandbox]) -> None:
    build = sandbox_of("pylock", "3.6").assemble_as_it_is()
    assert build.stderr.startswith("pylock.toml: expected a lock for Python 3.6, found: ")
    assert build.returncode == 17


@pytest.mark.parametrize("app", ["uv-lock", "poetry-lock", "pdm-lock"])
def test_a_project_for_other_pythons_ends_the_build(app: str, sandbox_of: Callable[[str, str], Sandbox]) -> None:
    sandbox = sandbox_of(app, CURRENT)
    project = sandbox.source / "pyproject.toml"
    project.write_text(re.sub('requires-python = ".*"', 'requires-python = "<3"', project.read_text()))
    build = sandbox.assemble_as_it_is()
    assert re.fullmatch(
        rf"pyproject.toml: requires-python: expected a range with Python {re.escape(CURRENT)}[.\d]*, found '<3'; "
        "build with the builder for such a Python, or change the range\n", build.stderr,
    )
    assert build.returncode == 17


def test_a_lock_whose_markers_leave_out_all_packages_ends_the_build(sandbox_of: Callable[[str, str], Sandbox]) -> None:
    sandbox = sandbox_of("pipfile-lock", CURRENT)
    lock = sandbox.source / "Pipfile.lock"
    content = json.loads(lock.read_text())
    content["default"] = {name: {**package, "markers": "python_version < '3'"} for name, package in content["default"].items()}
    lock.write_text(json.dumps(content))
    build = sandbox.assemble_as_it_is()
    assert build.stderr == (
        f"Pipfile.lock: expected packages for Python {CURRENT}, found packages for other Pythons only; "
        "build with the builder for such a Python, or lock for this one\n"
    )
    assert build.returncode == 17


def test_a_lock_of_packages_for_another_system_is_no_failure(sandbox_of: Callable[[str, str], Sandbox]) -> None:
    sandbox = sandbox_of("pipfile-lock", CURRENT)
    (sandbox.source / "Dates.py").write_text(MODEL.replace("MyModel", "Dates"))
    lock = sandbox.source / "Pipfile.lock"
    content = json.loads(lock.read_text())
    content["default"] = {name: {**package, "markers": "sys_platform == 'win32'"} for name, package in content["default"].items()}
    lock.write_text(json.dumps(content))
    build = sandbox.assemble_as_it_is()
    assert (build.returncode, installed(sandbox)) == (0, {}), build.stderr


def repository_of(folder: Path, place: str = "") -> tuple[str, str]:
    """The URL and the revision of a git repository with the package tariffs. place: the folder of it that has the package."""
    (folder / place).mkdir(parents=True)
    (folder / place / "setup.py").write_text("from setuptools import setup\nsetup(name='tariffs', version='2', py_modules=[])\n")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    for command in (["init", "--quiet"], ["add", "."], [*author, "commit", "--quiet", "-m", "first"]):
        subprocess.run(["git", "-C", folder, *command], check=True)
    head = subprocess.run(["git", "-C", folder, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout
    return folder.as_uri(), head.strip()


@pytest.mark.parametrize("version", ["3.6", CURRENT])
def test_a_repository_in_a_pipfile_is_installed_as_a_package(version: str, sandbox_of: Callable[[str, str], Sandbox]) -> None:
    sandbox = sandbox_of("pipfile-lock", version)
    url, revision = repository_of(sandbox.source.parent / "tariffs")
    lock = sandbox.source / "Pipfile.lock"
    content = json.loads(lock.read_text())
    content["default"]["tariffs"] = {"git": url, "ref": revision}
    lock.write_text(json.dumps(content))
    build = sandbox.assemble_as_it_is()
    assert build.returncode == 0, build.stdout + build.stderr
    assert installed(sandbox) == {**LOCKED, "tariffs": "2"}
    assert "pip is tried" not in build.stdout
    exported = (sandbox.environment / "share" / "seldon" / "requirements.txt").read_text().splitlines()
    assert [line for line in exported if "tariffs" in line] == [f"git+{url}@{revision}#egg=tariffs"]


# app -> the entry of a package in its lock: of a repository, and of a folder of the source
WITHOUT_HASHES = {
    "poetry-lock": (
        'name = "tariffs"\nversion = "2"\ndescription = ""\noptional = false\npython-versions = "*"\ngroups = ["main"]\nfiles = []\n'
        'develop = false\n[package.source]\ntype = "git"\nurl = "{url}"\nreference = "HEAD"\nresolved_reference = "{revision}"\nsubdirectory = "python"\n',
        'name = "fees"\nversion = "3"\ndescription = ""\noptional = false\npython-versions = "*"\ngroups = ["main"]\nfiles = []\n'
        'develop = true\n[package.source]\ntype = "directory"\nurl = "libs/fees"\n',
    ),
    "pdm-lock": (
        'name = "tariffs"\nversion = "2"\ngit = "{url}"\nrevision = "{revision}"\nsubdirectory = "python"\nsummary = ""\ngroups = ["default"]\n',
        'name = "fees"\nversion = "3"\npath = "./libs/fees"\nsummary = ""\ngroups = ["default"]\n',
    ),
    "pylock": (
        'name = "tariffs"\nvcs = {{ type = "git", url = "{url}", commit-id = "{revision}", subdirectory = "python" }}\n',
        'name = "fees"\ndirectory = {{ path = "libs", subdirectory = "fees", editable = true }}\n',
    ),
}


@pytest.mark.parametrize("app", WITHOUT_HASHES)
def test_packages_of_a_repository_and_of_a_folder_are_installed_beside_those_with_hashes(
    app: str, sandbox_of: Callable[[str, str], Sandbox]
) -> None:
    sandbox = sandbox_of(app, CURRENT)
    url, revision = repository_of(sandbox.source.parent / "tariffs", "python")
    (sandbox.source / "libs" / "fees").mkdir(parents=True)
    (sandbox.source / "libs" / "fees" / "setup.py").write_text(
        "from setuptools import setup\nsetup(name='fees', version='3', py_modules=[])\n"
    )
    lock = sandbox.source / LOCKS[app][0]
    key = "[[packages]]" if app == "pylock" else "[[package]]"
    entries = "".join(f"{key}\n{each}\n" for each in WITHOUT_HASHES[app]).format(url=url, revision=revision)
    text = lock.read_text().replace(f'{key}\nname = "python-d', f'{entries}{key}\nname = "python-d')
    lock.write_text(text.replace('six = ">=1.5"\n', 'six = ">=1.5"\ntariffs = "*"\nfees = "*"\n'))
    build = sandbox.assemble_as_it_is()
    assert build.returncode == 0, build.stdout + build.stderr
    assert installed(sandbox) == {**LOCKED, "tariffs": "2", "fees": "3"}
    exported = (sandbox.environment / "share" / "seldon" / "requirements.txt").read_text().splitlines()
    assert [line.split()[0] for line in exported if "--hash=sha256:" in line] == [f"{name}=={LOCKED[name]}" for name in LOCKED]


def test_a_file_that_conda_has_pip_read_is_looked_for_beside_the_environment(
    sandbox_of: Callable[[str, str], Sandbox],
) -> None:
    sandbox = sandbox_of("conda-environment", CURRENT)
    listed = sandbox.source / "environment.yml"
    listed.write_text(listed.read_text().replace("- six==1.17.0", "- -r more.txt").replace("\n", "\r\n"))
    (sandbox.source / "more.txt").write_text("six==1.16.0\n")
    build = sandbox.assemble_as_it_is()
    assert build.returncode == 0, build.stderr
    assert installed(sandbox)["six"] == "1.16.0"
    sandbox.save_artifacts()
    (sandbox.source / "more.txt").write_text("six==1.17.0\n")
    build = sandbox.assemble_as_it_is(ARTIFACTS_FOLDER=sandbox.artifacts)
    assert build.returncode == 0, build.stderr
    assert installed(sandbox) == LOCKED
