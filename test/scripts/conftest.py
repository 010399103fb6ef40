"""Fixtures that serve folders by the script `run`, and that have all a build may touch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.package_index import Index
from support.sandbox import Sandbox
from support.scripts import Service


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
def index(tmp_path: Path) -> Iterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    index.close()


@pytest.fixture
def sandbox(tmp_path: Path, model_python: str, index: Index) -> Sandbox:
    return Sandbox(tmp_path, model_python, index)


@pytest.fixture
def one_sandbox(tmp_path: Path, model_python_of: Callable[[str], str], index: Index) -> Sandbox:
    """On the current Python alone, for what no pip has a part in."""
    return Sandbox(tmp_path, model_python_of("3.13"), index)
