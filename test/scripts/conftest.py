"""A fixture that serves folders by the script `run`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scripts import Service


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
