"""What this machine has: a Docker engine, interpreters for models. The report says loudly what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import docker
import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
MODEL_VERSIONS = ("2.7", "3.6", "3.13")
_LAST_VIRTUALENV_FOR_PYTHON_2 = "virtualenv==20.15.1"

# its own name for: the same examples each time, and no deadlines, since no test asserts a time
hypothesis.settings.load_profile("ci")


def find_python(version: str) -> str | None:
    found = subprocess.run([ROOT / "make" / "find-python", version], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def engine_answers() -> bool:
    try:
        client = docker.from_env()
        client.ping()
        client.close()
    except docker.errors.DockerException:
        return False
    return True


BROWSER, DRIVER = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
INTERPRETERS = {version: path for version in MODEL_VERSIONS if (path := find_python(version))}
ENGINE_ANSWERS = engine_answers()
MISSING = [
    f"no Python {version} with pip on PATH or in pyenv's folder: no test runs a model on it"
    for version in MODEL_VERSIONS
    if version not in INTERPRETERS
]
MISSING += [] if ENGINE_ANSWERS else ["no Docker engine answers: the tests of the images are left out"]
MISSING += [] if BROWSER and DRIVER else ["no Chromium with its chromedriver on PATH: the page is not tested"]


def pytest_report_header() -> list[str]:
    return [f"*** MISSING: {line}" for line in MISSING]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in MISSING:
        terminalreporter.write_line(f"*** MISSING: {line}", yellow=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    absent = [marker for marker, there in (("docker", ENGINE_ANSWERS), ("browser", BROWSER and DRIVER)) if not there]
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in absent)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def chromium() -> tuple[str | None, str | None]:
    """Paths of a browser and its driver."""
    return BROWSER, DRIVER


@pytest.fixture(scope="session", params=INTERPRETERS)
def model_python(request: pytest.FixtureRequest) -> str:
    """A model's interpreter with what the images have beside the user's class: each version that is here, in turn."""
    return str(environment(request.param) / "bin" / "python")


@pytest.fixture(scope="session")
def ngraph_python() -> str:
    """Python 3.6 with what the ngraph-onnx builder has beside the user's class; the test is skipped without it."""
    if "3.6" not in INTERPRETERS:
        pytest.skip("no Python 3.6 here")
    return str(environment("3.6", "ngraph-onnx") / "bin" / "python")


@pytest.fixture(scope="session")
def model_python_of() -> Callable[[str], str]:
    """The interpreter for models on a given version, the same as `model_python`'s; the test is skipped without it."""

    def of(version: str) -> str:
        if version not in INTERPRETERS:
            pytest.skip(f"no Python {version} here")
        return str(environment(version) / "bin" / "python")

    return of


def environment(version: str, *more: str) -> Path:
    """The virtual environment for models on a Python version, made anew whenever its lock or one of `more` changes."""
    locks = [ROOT / "runtime" / "requirements" / f"{name}-{version}.txt" for name in ("component", *more)]
    folder, wanted = ROOT / ".tools" / "-".join(("model", version, *more)), b"".join(lock.read_bytes() for lock in locks)
    stamp = folder / "lock.txt"
    if not stamp.is_file() or stamp.read_bytes() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        make_environment(version, folder)
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
        for lock in locks:
            subprocess.run([*pip, "-r", lock], check=True)
        stamp.write_bytes(wanted)
    return folder


def make_environment(version: str, folder: Path) -> None:
    """`python -m venv`, which Python 2 does not have."""
    python, tool, variables = INTERPRETERS[version], "venv", {}
    if version == "2.7":
        tool, variables = "virtualenv", {"PYTHONPATH": str(folder.with_name("virtualenv"))}
        subprocess.run(
            [
                python,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--target",
                variables["PYTHONPATH"],
                "--upgrade",
                _LAST_VIRTUALENV_FOR_PYTHON_2,
            ],
            check=True,
        )
    subprocess.run([python, "-m", tool, folder], env={**os.environ, **variables}, check=True, stdout=subprocess.DEVNULL)
