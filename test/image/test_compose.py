"""`docker run IMAGE manifest compose` prints a file that runs, answers and ends as it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest
import requests
from docker.models.containers import Container as Engine
from support import compose_files
from support.images import APPS, Builder
from support.server import free_port
from support.waiting import eventually

pytestmark = pytest.mark.docker


@pytest.fixture
def start_file(engine: docker.DockerClient, tmp_path: Path) -> Iterator[Callable[[str], Engine]]:
    containers: list[Engine] = []

    def start_one(text: str) -> Engine:
        file = tmp_path / "compose.yml"
        file.write_text(text, encoding="utf-8")
        containers.append(compose_files.start(engine, file))
        return containers[-1]

    yield start_one
    for container in containers:
        container.remove(force=True, v=True)


@pytest.mark.parametrize("folder", [APPS / "template"], ids=["template"])
def test_the_printed_file_runs_answers_and_ends(
    folder: Path, builder: Builder, engine: docker.DockerClient, start_file: Callable[[str], Engine]
) -> None:
    image, port, metrics_port = builder.build(folder), str(free_port()), str(free_port())
    ports = {"PREDICTIVE_UNIT_HTTP_SERVICE_PORT": port, "PREDICTIVE_UNIT_METRICS_SERVICE_PORT": metrics_port}
    command = ["manifest", "compose", "--image", image]
    text = engine.containers.run(image, command, environment=ports, remove=True).decode()
    container = start_file(text)
    eventually(lambda: health(container) == "healthy", "the health check succeeds")
    answer = requests.post(f"http://127.0.0.1:{port}/predict", json={"data": {"ndarray": [[1, 2]]}}, timeout=30)
    assert answer.json()["data"]["ndarray"] == [[2, 4]]
    scraped = requests.get(f"http://127.0.0.1:{metrics_port}/metrics", timeout=30)
    assert "seldon_api_model_requests_in_flight" in scraped.text
    container.stop(timeout=25)  # the file's stop_grace_period
    container.reload()
    assert (container.attrs["State"]["ExitCode"], container.attrs["State"]["OOMKilled"]) == (0, False)


def health(container: Engine) -> str:
    container.reload()
    return str(container.attrs["State"]["Health"]["Status"])
