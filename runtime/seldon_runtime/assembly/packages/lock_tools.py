"""The tools that read locks: uv, which the builders have, and others, which a build installs for a moment.

They run on the server's Python, in a folder of their own that no package of the model gets into.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.tags import sys_tags

from ..build import Build
from ..errors import InstallFailed
from .installer import Installer
from .interpreter import Interpreter
from .pip import Pip
from .pip_configuration import read_pip_options
from .requirements_file import RequirementsFile
from .requirements_text import entries_of
from .uv import Uv
from .uv_options import NeedsPip, uv_options
from .wheel_folder import read_wheels

_UV = Path(sys.executable).with_name("uv")
_LOCKS = Path(__file__).with_name("tools")
_VERSION = sysconfig.get_python_version()
_SHOWN = 60  # of a tool's last lines, when it fails
_RUN = "import runpy, sys; del sys.argv[0]; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
_READ_YAML = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1], encoding='utf-8')), sys.stdout)"
# of the tools: no files beside the project, no colours, and no other Python
_VARIABLES = {
    "NO_COLOR": "1",
    "PDM_CHECK_UPDATE": "0",
    "PDM_IGNORE_SAVED_PYTHON": "1",
    "PDM_USE_VENV": "0",
    "PIPENV_IGNORE_VIRTUALENVS": "1",
    "PIPENV_NOSPIN": "1",
    "POETRY_VIRTUALENVS_CREATE": "false",
    "PYTHONNOUSERSITE": "1",
    "UV_NO_PROGRESS": "1",
    "UV_PYTHON_DOWNLOADS": "never",
}


def run_uv(build: Build, lock: str, arguments: list[str]) -> str:
    """What uv prints in the folder of the source. lock: the name of the file. Raises InstallFailed."""
    if not _UV.is_file():
        raise InstallFailed(f"{lock}: expected uv beside the server's Python, found none; write a requirements.txt")
    with tempfile.TemporaryDirectory() as scratch:
        return _printed(build, lock, "uv", [str(_UV), *arguments], Path(scratch))


def run_tool(build: Build, lock: str, tool: str, commands: list[list[str]]) -> str:
    """What the last of some commands of a tool prints in the folder of the source. Raises InstallFailed."""
    with tempfile.TemporaryDirectory() as folder:
        _install(build, lock, tool, Path(folder, "tool"))
        printed = ""
        for arguments in commands:
            command = [sys.executable, "-s", "-c", _RUN, tool, *arguments]
            printed = _printed(build, lock, tool, command, Path(folder))
        return printed


def read_yaml(build: Build, name: str) -> Any:
    """The content of a YAML file of the source. Raises InstallFailed."""
    with tempfile.TemporaryDirectory() as folder:
        _install(build, name, "yaml", Path(folder, "tool"))
        command = [sys.executable, "-s", "-c", _READ_YAML, name]
        return json.loads(_printed(build, name, "yaml", command, Path(folder), "Write it as YAML"))


def found_projects(build: Build, name: str, projects: list[str]) -> list[str]:
    """Those of some projects that the index or the folder of wheels has. name: of the file that lists them."""
    if not _UV.is_file():
        raise InstallFailed(f"{name}: expected uv beside the server's Python, found none; write a requirements.txt")
    if not projects or _are_found(build, projects):
        return projects
    return [each for each in projects if _are_found(build, [each])]


def _are_found(build: Build, projects: list[str]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        installer, options = next(_installers(build, Path(folder, "tool"), is_hashed=False))
        if installer.name == "pip":  # older ones have no dry run; the install names what is missing
            return True
        wanted = [*options, "--dry-run", "--no-deps", "--", *projects]
        return any(installer.install([*attempt, *wanted], Path("/")).exit_code == 0 for attempt in _attempts(build))


def _install(build: Build, lock: str, tool: str, target: Path) -> None:
    """Install a tool for the server's Python, with all that the user's settings of pip say of indexes and wheels."""
    with _lock_for_this_python(tool) as file:
        output: list[str] = []
        for installer, options in _installers(build, target):
            for attempt in _attempts(build):
                run = installer.install([*attempt, *options, "--no-deps", "--requirement", file], Path("/"))
                if run.exit_code == 0:
                    return
                output = run.output
    _show(build, output)
    raise InstallFailed(
        f"{lock}: {tool}, which reads it, could not be installed; the lines above say why. It comes from the index or "
        f"from {build.paths.wheels}. A requirements.txt needs no such tool"
    )


def _installers(build: Build, target: Path, is_hashed: bool = True) -> Iterator[tuple[Installer, list[str]]]:
    """uv, or the model's pip, which may be that of an old Python: each with its options for the server's Python."""
    ours = _for_the_servers_python(build, target)
    if _UV.is_file() and build.settings.build.installer == "uv":
        with contextlib.suppress(NeedsPip, ValueError):
            options = read_pip_options(ours.pip_environment, build.python.program)
            hashed = RequirementsFile(has_hashes=is_hashed)
            yield Uv(ours, uv_options(options, hashed, bool(ours.wheels.usable))), ["--target", str(target)]
    place = ["--target", str(target), "--python-version", _VERSION, "--implementation", "cp", "--only-binary=:all:"]
    pip = Pip(dataclasses.replace(ours, python=build.python, wheels=build.wheels))
    yield pip, [*place, "--no-user", "--ignore-requires-python", *(["--require-hashes"] if is_hashed else [])]


def _for_the_servers_python(build: Build, target: Path) -> Build:
    """The same, but what is installed goes to a folder, for this interpreter. Constraints are the model's."""
    python = Interpreter(
        sys.executable, target, (target,), (), frozenset(sys_tags()), {**build.python.markers, **_own_markers()}
    )
    kept = {name: text for name, text in build.variables.items() if name not in ("PIP_CONSTRAINT", "PIP_REQUIREMENT")}
    return dataclasses.replace(build, python=python, variables=kept, wheels=read_wheels(build.paths.wheels, python))


def _own_markers() -> dict[str, str]:
    return {name: str(text) for name, text in default_environment().items()}


def _attempts(build: Build) -> list[list[str]]:
    """Options: the folder of wheels alone, then the index."""
    wheels = build.paths.wheels
    offline = ["--no-index", "--find-links", str(wheels)]
    if build.settings.build.pip_no_index:
        return [offline]
    return [offline, []] if wheels.is_dir() and any(wheels.glob("*.whl")) else [[]]


@contextlib.contextmanager
def _lock_for_this_python(tool: str) -> Iterator[str]:
    """A file with the tool's lock, without the lines whose markers do not hold here. pip would ask the model's."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        for entry in entries_of((_LOCKS / f"{tool}.txt").read_text(encoding="utf-8")):
            text, _, hashes = entry.partition(" --hash")
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate():
                file.write(f"{requirement.name}{requirement.specifier} --hash{hashes}\n")
        file.flush()
        yield file.name


def _printed(build: Build, lock: str, tool: str, command: list[str], folder: Path, todo: str = "") -> str:
    """folder: for all that the tool writes. todo: what to do after a failure. Raises InstallFailed."""
    with _without_new_files(build.paths.home):
        run = subprocess.run(
            command,
            cwd=build.paths.home,
            env=_environment(build, folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    if run.returncode == 0:
        return run.stdout
    _show(build, (run.stdout + run.stderr).splitlines())
    todo = todo or f"If it does not fit the project, run `{tool} lock`, and build again"
    raise InstallFailed(f"{lock}: {tool} does not accept it; the lines above say why. {todo}")


def _environment(build: Build, folder: Path) -> dict[str, str]:
    """The variables of pip, but none that is about the model's Python."""
    inherited = {name: text for name, text in build.pip_environment.items() if not name.startswith("PYTHON")}
    cache = str(folder / "cache")
    places = {"HOME": str(folder / "home"), "XDG_CACHE_HOME": cache, "UV_CACHE_DIR": cache, "TMPDIR": str(folder)}
    return {**inherited, **_VARIABLES, **places, "PYTHONPATH": str(folder / "tool")}


@contextlib.contextmanager
def _without_new_files(home: Path) -> Iterator[None]:
    """Remove what a tool notes for its next run beside the project, such as `.pdm-python`."""
    before = set(home.iterdir())
    yield
    for path in set(home.iterdir()) - before:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _show(build: Build, lines: list[str]) -> None:
    print(build.secrets.masked("\n".join(lines[-_SHOWN:])), file=sys.stderr, flush=True)
