"""`seldon-core-graph` with a unit in an image, and the command `graph` in an image."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from seldon_component.exit_codes import BAD_SETTING
from support.graph_command import GraphServer
from support.images import APPS, Builder, Container

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)
ADDING = "class Unit(object):\n    def transform_input(self, X, names):\n        return X + 1\n"
GRAPH: dict[str, Any] = {"name": "adding", "type": "TRANSFORMER", "children": [{"name": "doubling", "type": "MODEL"}]}


def project(folder: Path, graph: object) -> Path:
    """The file of a graph, beside the folder of its unit `adding`. Anybody may read them."""
    (folder / "adding").mkdir(parents=True)
    (folder / "adding" / "Unit.py").write_text(ADDING)
    file = folder / "graph.json"
    file.write_text(json.dumps(graph))
    return file


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., GraphServer]]:
    servers: list[GraphServer] = []

    def start(*arguments: str, graph: object = GRAPH) -> GraphServer:
        file = project(tmp_path / "project", graph)
        servers.append(GraphServer(file, tmp_path / "scratch", *arguments))
        return servers[-1].start()

    yield start
    for server in servers:
        server.stop()


def containers_of(engine: docker.DockerClient, image: str) -> list[Any]:
    return list(engine.containers.list(all=True, filters={"ancestor": image, "name": "seldon-graph-"}))


def test_a_unit_in_an_image_answers_beside_one_in_a_folder(
    builder: Builder, engine: docker.DockerClient, serve: Callable[..., GraphServer]
) -> None:
    image = builder.build(APPS / "template")
    server = serve("--unit", f"doubling={image}").wait_until_ready()
    answer = server.ask({"ndarray": [[1, 2]]}).json()
    assert answer["data"]["ndarray"] == [[4, 6]]
    assert answer["meta"]["requestPath"] == {"adding": "adding", "doubling": image}
    (container,) = containers_of(engine, image)
    assert container.attrs["NetworkSettings"]["Ports"]["9000/tcp"][0]["HostIp"] == "127.0.0.1"
    assert server.stop() == 0
    assert containers_of(engine, image) == []


def test_a_unit_in_an_image_is_asked_over_grpc_if_its_endpoint_says_so(
    builder: Builder, engine: docker.DockerClient, serve: Callable[..., GraphServer]
) -> None:
    image = builder.build(APPS / "template")
    doubling = {**GRAPH["children"][0], "endpoint": {"type": "GRPC"}}
    server = serve("--unit", f"doubling={image}", graph={**GRAPH, "children": [doubling]}).wait_until_ready()
    (container,) = containers_of(engine, image)
    assert "9500/tcp" in container.attrs["HostConfig"]["PortBindings"]
    assert server.ask({"ndarray": [[1, 2]]}).json()["data"]["ndarray"] == [[4, 6]]


def test_an_image_that_does_not_start_ends_the_graph_with_the_name_of_its_unit(
    builder: Builder, engine: docker.DockerClient, serve: Callable[..., GraphServer]
) -> None:
    """One without a model prints how to give it one, and ends."""
    server = serve("--unit", f"doubling={builder.name}")
    assert server.exit_code() == 1
    (line,) = (line for line in server.errors.splitlines() if "doubling" in line and "cannot" in line)
    assert "unit 'doubling' cannot be served: its container does not start: it ended with exit code 0: " in line
    assert containers_of(engine, builder.name) == []


def test_an_image_that_is_nowhere_is_found_before_the_start(builder: Builder, serve: Callable[..., GraphServer]) -> None:
    server = serve("--unit", "doubling=127.0.0.1:1/nothing:1", "--check")
    assert server.exit_code() == BAD_SETTING
    assert (
        "unit 'doubling', image: expected one that is here or in its registry, found '127.0.0.1:1/nothing:1': "
    ) in server.errors


def test_the_containers_of_a_graph_that_was_killed_are_removed_at_the_next_start(
    builder: Builder, engine: docker.DockerClient, serve: Callable[..., GraphServer]
) -> None:
    image = builder.build(APPS / "template")
    server = serve("--unit", f"doubling={image}").wait_until_ready()
    server.kill()
    (left,) = containers_of(engine, image)
    server.start().wait_until_ready()
    (container,) = containers_of(engine, image)
    assert container.id != left.id


def test_an_image_serves_the_graph_of_a_file_on_its_own_port(
    builder: Builder, start: Callable[..., Container], tmp_path: Path
) -> None:
    """The model of the image is one of the units. What the image says of it is said of no other unit."""
    project(tmp_path / "project", GRAPH)
    container = start(
        builder.build(APPS / "template"),
        command=["graph", "/project/graph.json", "--unit", "doubling=/microservice"],
        volumes={str(tmp_path / "project"): {"bind": "/project", "mode": "ro"}},
    ).wait_until_ready()
    answer = container.post("/api/v1.0/predictions", {"data": {"ndarray": [[1, 2]]}}).json()
    assert answer["data"]["ndarray"] == [[4, 6]]
