"""docs/kubernetes.md, its commands pasted by a reader: with Docker and s2i, and without a registry and a cluster."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cluster import kubectl
from support.cluster.controllers import template_of
from support.images import EXAMPLES, Build, Builder
from support.server import ROOT

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)  # the one that the page names
PAGE = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^##? (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# no test has a registry
DOCKER = '#!/bin/sh\n[ "$1" = push ] || exec {docker} "$@"\n'
Objects = dict[str, dict[str, Any]]  # name -> what a cluster has of it
Paste = Callable[[str], list[Objects]]


@pytest.fixture(scope="module")
def paste(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paste]:
    """Run the blocks of a section in the folder of the README's model; the objects after each command of kubectl."""
    folder = tmp_path_factory.mktemp("page")
    registry = f"registry{os.getpid()}.example"
    write_model(folder)
    path = write_programs(folder)

    def run(section: str) -> list[Objects]:
        (folder / "store.json").unlink(missing_ok=True)
        script = re.sub(r"seldonio/seldon-core-s2i-python3:\S+", builder.name, "".join(BLOCK.findall(SECTIONS[section])))
        done = subprocess.run(["bash", "-euxo", "pipefail", "-c", script.replace("registry.example", registry)], cwd=folder,
                              env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        history = json.loads((folder / "store.json").read_text().replace(registry, "registry.example"))
        return [{name: entry["live"] for name, entry in objects.items()} for objects in history]

    run("Kubernetes")
    subprocess.run(["docker", "tag", *(f"{registry}/my-model:{version}" for version in (1, 2))], check=True)
    yield run
    for version in (1, 2):
        builder.forget(f"{registry}/my-model:{version}")


def write_model(folder: Path) -> None:
    (model,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (folder / ".s2i").mkdir()
    (folder / ".s2i" / "environment").write_text("MODEL_NAME=MyModel\n")
    (folder / "MyModel.py").write_text(model)
    graph = EXAMPLES / "kubernetes" / "seldon-canary-graph.yaml"
    (folder / graph.name).write_text(graph.read_text().replace("registry.example", f"registry{os.getpid()}.example"))


def write_programs(folder: Path) -> str:
    """Put programs of the tests in front of those of this machine; the new PATH."""
    programs = folder / "programs"
    programs.mkdir()
    docker = subprocess.run(["sh", "-c", "command -v ${DOCKER:-docker}"], capture_output=True, text=True, check=True).stdout.strip()
    command = shlex.join([sys.executable, kubectl.__file__, str(folder / "store.json")])
    for name, text in (("docker", DOCKER.format(docker=docker)), ("kubectl", f'#!/bin/sh\nexec {command} "$@"\n')):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return f"{programs}:{Path(Build.program()).parent}:{os.environ['PATH']}"


def only(objects: Objects, kind: str) -> dict[str, Any]:
    (found,) = (thing for thing in objects.values() if thing["kind"] == kind)
    return found


def images_of(thing: dict[str, Any]) -> list[str]:
    return [image.removeprefix("registry.example/my-model:") for image in re.findall(r'"image": "(.*?)"', json.dumps(thing))]


def test_plain_kubernetes_has_a_canary_behind_the_same_service(paste: Paste) -> None:
    first, _, both, last, end = paste("Kubernetes without an operator")
    assert {"Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"} <= {one["kind"] for one in first.values()}
    deployments = [thing for thing in both.values() if thing["kind"] == "Deployment"]
    chosen = both["v1/Service/my-model"]["spec"]["selector"].items()
    assert [images_of(thing) for thing in deployments] == [["1"], ["2"]]
    assert all(chosen <= template_of(thing).metadata["labels"].items() for thing in deployments)
    assert images_of(last["apps/v1/Deployment/my-model"]) == ["2"]
    assert images_of(only(end, "Deployment")) == ["2"]


def test_seldon_core_has_a_canary_as_a_second_predictor(paste: Paste) -> None:
    first, both = paste("Seldon Core")
    assert images_of(only(first, "SeldonDeployment")) == ["1"]
    predictors = only(both, "SeldonDeployment")["spec"]["predictors"]
    assert [(one["name"], one["traffic"], *images_of(one)) for one in predictors] == [("default", 90, "1"), ("canary", 10, "2")]


def test_kserve_keeps_a_canary_at_its_part_of_the_traffic(paste: Paste) -> None:
    first, patched, both, last = paste("KServe")
    parts = [only(one, "InferenceService")["spec"]["predictor"].get("canaryTrafficPercent") for one in (first, patched, both, last)]
    assert parts == [None, 10, 10, 100]
    assert [images_of(only(one, "InferenceService")) for one in (first, both)] == [["1"], ["2"]]


def test_knative_splits_the_traffic_between_two_revisions(paste: Paste) -> None:
    first, patched, both, last = paste("Knative")
    traffic = [only(one, "Service")["spec"].get("traffic") for one in (first, patched, both, last)]
    assert traffic[1] == traffic[2] and [one["percent"] for one in traffic[2] or ()] == [90, 10]
    assert traffic[3] == [{"latestRevision": True, "percent": 100}]
    assert [images_of(only(one, "Service")) for one in (first, both)] == [["1"], ["2"]]
