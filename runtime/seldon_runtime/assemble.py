"""What s2i's `assemble` does: check the settings, copy the source, install what it needs, try to import the class."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seldon_component.errors import ImportFailed, ModelNotFound, StartError

from . import inline_python, model_process, self_test
from .settings import BuildPaths, Settings, read_build_paths, read_settings


class InstallFailed(StartError):
    """pip could not install the model's requirements or its package."""

    exit_code = 17


class SelfCheckFailed(StartError):
    """The component's own process has printed what is wrong; `exit_code` is its exit code."""

    def __init__(self, code: int) -> None:
        crashed = f"importing the model ended its process with signal {-code}" if code < 0 else ""
        git = "If the source is a git checkout: s2i takes what is committed; commit the file, or build with --copy."
        super().__init__(git if code == ModelNotFound.exit_code else crashed or "The image was not built.")
        self.exit_code = code if code > 0 else ImportFailed.exit_code


def main() -> int:
    """Exit code of the build: 0, or that of the StartError whose text ends the output."""
    try:
        assemble(read_build_paths())
        return 0
    except StartError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code


def assemble(paths: BuildPaths) -> None:
    """Fill `paths.home` with a component that can be served. Raises StartError."""
    with step("Checking the settings"):
        settings = dataclasses.replace(read_settings(folder=paths.source), folder=paths.home)
        inline_python.require(settings)
        for remark in settings.remarks:
            print(f"     {remark}", flush=True)
    with step(f"Copying the source to {paths.home}"):
        copy_source(paths)
    if self_test.is_wanted(settings):
        self_test.read(settings)  # fails, before anything is installed for nothing
    if not (has_package(paths.home) or has_module(paths.home, settings.model_name)):
        self_check(settings)  # fails, before anything is installed for nothing
    install(settings)
    if settings.self_test != "off":
        with step(f"Importing {settings.model_name} in its own Python"):
            self_check(settings)
    if self_test.is_wanted(settings):
        with step(f"Asking {settings.model_name} a request of contract.json"):
            self_test.run(settings)


def copy_source(paths: BuildPaths) -> None:
    """Copy everything, dotfiles, links and modes kept, and give the group what the owner may."""
    shutil.copytree(paths.source, paths.home, symlinks=True, dirs_exist_ok=True)
    for path in (paths.home, *paths.home.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o700) >> 3)
    if paths.source_is_upload:
        with contextlib.suppress(OSError):  # root's, in a Dockerfile without --chown
            for path in paths.source.iterdir():  # s2i would keep it in the image, a second time
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def has_package(folder: Path) -> bool:
    """Whether the source is itself a package to install."""
    return any((folder / name).is_file() for name in ("setup.py", "pyproject.toml"))


def has_module(folder: Path, model_name: str) -> bool:
    """Whether a file in `folder` can be what MODEL_NAME means."""
    top = folder / model_name.split(".")[0]
    return top.with_suffix(".py").is_file() or top.is_dir()


def install(settings: Settings) -> None:
    """Install requirements.txt, then the package. Raises InstallFailed."""
    if (settings.folder / "requirements.txt").is_file():
        with step("Installing requirements.txt"):
            pip_install(settings, "requirements.txt", ["-r", "requirements.txt"], settings.folder)
    if has_package(settings.folder):
        with step("Installing the source's own package"), tempfile.TemporaryDirectory() as scratch:
            copy = shutil.copytree(
                settings.folder, Path(scratch) / "source", symlinks=True
            )  # builds leave files behind
            pip_install(settings, "the source's package", ["."], copy)


def pip_install(settings: Settings, what: str, arguments: list[str], folder: Path) -> None:
    """Run pip in the model's own Python, in `folder`; its output is the build's. Raises InstallFailed."""
    command = [settings.model_python, "-m", "pip", "install", "--no-cache-dir", *arguments]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        if settings.model_process == "inline":
            constraints.write("".join(f"{pin}\n" for pin in server_pins()))
            constraints.flush()
            command += ["--constraint", constraints.name]
        if subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL).returncode:
            raise InstallFailed(f"{what}: pip could not install it; the lines above say what and why")


def server_pins() -> list[str]:
    """What the server itself runs on: an inline component shares it, so its requirements must agree."""
    ours = "seldon-core-microservice"
    return sorted(
        f"{distribution.name}=={distribution.version}"
        for distribution in importlib.metadata.distributions()
        if distribution.name != ours
    )


def self_check(settings: Settings) -> None:
    """Import the class and look for its main method. Raises SelfCheckFailed; the component has said why."""
    code = model_process.check(settings)
    if code:
        raise SelfCheckFailed(code)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    print(f"---> {text} ...", flush=True)
    start = time.monotonic()
    yield
    print(f"     done in {time.monotonic() - start:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
