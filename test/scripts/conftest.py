"""Fixtures that serve folders by the script `run`, and that have all a build may touch."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.package_index import Index
from support.pythons import CURRENT
from support.sandbox import MODEL, Sandbox, copy_builder
from support.scripts import APPS, Service

INSTALLERS = [("2.7", "pip"), ("3.6", "pip"), ("3.13", "uv"), ("3.13", "pip")]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Start serving a folder; the process is gone at the end of the test."""
    services: list[Service] = []

    def start(folder: Path, **given: object) -> Service:
        scratch = tmp_path / f"service-{len(services)}"
        scratch.mkdir()
        services.append(Service(folder, scratch, **given))
        return services[-1]

    yield start
    for service in services:
        service.process.kill()
        service.process.wait()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def one_python(model_python_of: Callable[[str], str]) -> str:
    """A model's interpreter, for what is the same on each of them. The server's own has a hundred packages to record."""
    return model_python_of(CURRENT)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with the least that can be served."""
    folder = tmp_path / "source"
    (folder / ".s2i").mkdir(parents=True)
    (folder / ".s2i" / "environment").write_text("MODEL_NAME=MyModel\n")
    (folder / "MyModel.py").write_text(MODEL)
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    index.close()


@pytest.fixture(scope="session")
def builder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The environment that the sandboxes with a model's interpreter link to. It is copied once."""
    return functools.cache(lambda python: copy_builder(python, tmp_path_factory.mktemp("builder")))


@pytest.fixture(scope="session")
def builder(model_python: str, builder_of: Callable[[str], Path]) -> Path:
    return builder_of(model_python)


@pytest.fixture(scope="session")
def one_builder(model_python_of: Callable[[str], str], builder_of: Callable[[str], Path]) -> Path:
    return builder_of(model_python_of(CURRENT))


@pytest.fixture
def sandbox(tmp_path: Path, builder: Path, index: Index) -> Sandbox:
    return Sandbox(tmp_path, builder, index)


@pytest.fixture(params=INSTALLERS, ids="-".join)
def each_installer(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    model_python_of: Callable[[str], str],
    builder_of: Callable[[str], Path],
    index: Index,
) -> Sandbox:
    """A sandbox for each Python and each installer that it can have."""
    version, installer = request.param
    return Sandbox(tmp_path, builder_of(model_python_of(version)), index, installer)


@pytest.fixture
def one_sandbox(tmp_path: Path, one_builder: Path, index: Index) -> Sandbox:
    """On the current Python alone, for what no pip has a part in."""
    return Sandbox(tmp_path, one_builder, index)


@pytest.fixture
def sandbox_of(
    tmp_path: Path, model_python_of: Callable[[str], str], builder_of: Callable[[str], Path], index: Index
) -> Callable[[str, str], Sandbox]:
    """A sandbox with a copy of a folder of test/apps, for a version of Python."""

    def of(app: str, version: str) -> Sandbox:
        sandbox = Sandbox(tmp_path, builder_of(model_python_of(version)), index)
        shutil.rmtree(sandbox.source)
        shutil.copytree(APPS / app, sandbox.source)
        return sandbox

    return of
