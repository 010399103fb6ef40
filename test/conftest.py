"""What this machine has: a Docker engine, interpreters for models. The report says loudly what is missing."""

from __future__ import annotations

import compileall
import functools
import gc
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import hypothesis
import pytest
from seldon_component import collection
from seldon_runtime.config.environment import NO_GRPC_IN_CHILDREN
from selenium import webdriver
from support.browser import started
from support.pythons import CURRENT, DEFAULT, MODEL_VERSIONS, OTHER_VERSIONS

ROOT = Path(__file__).resolve().parent.parent
SERVER, COMPONENT = ROOT / "runtime" / "seldon_runtime", ROOT / "runtime" / "seldon_component"
CLIENTS_VERSION = "3.13"  # the newest that all of them have

os.environ.setdefault(*NO_GRPC_IN_CHILDREN)  # as in a server whose class is inline
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")  # as in an image; else each process with NumPy keeps a core busy
gc.disable()  # until all tests are collected: they stay in memory, so a search among them finds no garbage
# its own name for: the same examples each time, and no deadlines, since no test asserts a time
hypothesis.settings.load_profile("ci")


@functools.cache
def model_python_on(version: str, *locks: str) -> str:
    made = subprocess.run([ROOT / "make" / "model-python", version, *locks], stdout=subprocess.PIPE, text=True, check=True)
    python = made.stdout.strip()
    subprocess.run([python, "-m", "compileall", "-q", COMPONENT], check=True)  # as in the images
    return python


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


BUILDAH = shutil.which("buildah")
BROWSER, DRIVER = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
HAPROXY = shutil.which("haproxy")
PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
WANTED = dict.fromkeys((*MODEL_VERSIONS, *OTHER_VERSIONS, CLIENTS_VERSION))
INTERPRETERS = {version: path for version in WANTED if (path := find_python(version))}
ENGINE_ANSWERS = engine_answers()
MISSING = [
    f"no Python {version} with pip here (`make interpreters`): no test runs a model on it"
    for version in WANTED
    if version not in INTERPRETERS
]
MISSING += [] if CURRENT == DEFAULT else [f".venv has Python {CURRENT}, not the images' {DEFAULT} (`make interpreters venv`)"]
MISSING += [] if ENGINE_ANSWERS else ["no Docker engine answers: the tests of the images are left out"]
MISSING += [] if BUILDAH else ["no buildah on PATH: no image is built without Docker"]
MISSING += [] if BROWSER and DRIVER else ["no Chromium with its chromedriver on PATH: the page is not tested"]
MISSING += [] if HAPROXY else ["no haproxy on PATH: no rolling update is tested"]
MISSING += [] if PROMETHEUS and PROMTOOL else ["no prometheus with promtool on PATH: dashboard and alerts are not tested"]


def pytest_sessionstart() -> None:
    """The servers that the tests start write no byte code, and without it each start compiles what it imports."""
    for package in (SERVER, COMPONENT):
        compileall.compile_dir(package, quiet=1)


def pytest_collection_finish() -> None:
    collection.begin()


def pytest_report_header() -> list[str]:
    return [f"*** MISSING: {line}" for line in MISSING]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in MISSING:
        terminalreporter.write_line(f"*** MISSING: {line}", yellow=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = {"docker": ENGINE_ANSWERS, "buildah": BUILDAH, "browser": BROWSER and DRIVER, "haproxy": HAPROXY,
            "prometheus": PROMETHEUS and PROMTOOL}
    absent = [marker for marker, there in here.items() if not there]
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in absent)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    assert BROWSER and DRIVER
    with started(BROWSER, DRIVER, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="session", params=[version for version in MODEL_VERSIONS if version in INTERPRETERS])
def model_python(request: pytest.FixtureRequest) -> str:
    """A model's interpreter with what the images have beside the user's class: each version that is here, in turn."""
    return model_python_on(request.param)


@pytest.fixture(scope="session")
def ngraph_python() -> str:
    """Python 3.6 with what the ngraph-onnx builder has beside the user's class; the test is skipped without it."""
    if "3.6" not in INTERPRETERS:
        pytest.skip("no Python 3.6 here")
    return model_python_on("3.6", "ngraph-onnx")


@pytest.fixture(scope="session")
def model_python_of() -> Callable[..., str]:
    """The interpreter for models on a given version, the same as `model_python`'s; the test is skipped without it.

    Further arguments: the locks that it has besides.
    """

    def of(version: str, *locks: str) -> str:
        if version not in INTERPRETERS:
            pytest.skip(f"no Python {version} here")
        return model_python_on(version, *locks)

    return of


@pytest.fixture(scope="session")
def model_files_python() -> str:
    """An interpreter with the libraries of model files, on the Python of the images' server; skipped without it."""
    if DEFAULT not in INTERPRETERS:
        pytest.skip(f"no Python {DEFAULT} here")
    return model_python_on(DEFAULT, "model-files")


@pytest.fixture(scope="session")
def clients_python() -> str:
    """An interpreter with other vendors' clients; the test is skipped without it."""
    if CLIENTS_VERSION not in INTERPRETERS:
        pytest.skip(f"no Python {CLIENTS_VERSION} here")
    return model_python_on(CLIENTS_VERSION, "clients")
