"""The CI files in examples/ci: a test runs the very commands that they hold, with this machine's names in place of theirs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.images import APPS, EXAMPLES, Build, Builder, Container, doubles
from support.server import free_port

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)
CI = EXAMPLES / "ci"
Start = Callable[..., Container]
Run = Callable[[str], str]


def read(name: str) -> Any:
    return yaml.safe_load((CI / name).read_text())


@pytest.fixture
def run(tmp_path: Path, builder: Builder, tag: str) -> Run:
    """Run commands of a CI file as its runner does, in a checkout of the model."""
    source = shutil.copytree(APPS / "template", tmp_path / "checkout")
    s2i_folder = Path(Build.program()).parent
    given = {"BUILDER": builder.name, "RUNTIME": builder.runtime, "IMAGE": tag, "BUILDAH_ISOLATION": "chroot"}
    variables = {**os.environ, **given, "PATH": f"{s2i_folder}:{os.environ['PATH']}", "no_proxy": "127.0.0.1"}

    def run_one(commands: str) -> str:
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", commands]
        ended = subprocess.run(shell, cwd=source, env=variables, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    return run_one


@pytest.fixture
def pushes(buildah: Callable[..., str], tag: str) -> str:
    """What follows a `buildah push` here: Docker's own store in place of a registry."""
    return f" docker-daemon:{tag}:latest"


def test_github_actions_builds_and_asks(run: Run) -> None:
    steps = {step.get("name"): step.get("run") for step in read("github-actions.yml")["jobs"]["image"]["steps"]}
    assert list(steps) == [None, "Install s2i", "Build", "Ask", "Push"]  # the second and the last need their network
    run(steps["Build"])
    answer = run(steps["Ask"].replace("127.0.0.1:5000", f"127.0.0.1:{free_port()}"))
    assert '"ndarray":[[2.0,4.0]]' in answer


@pytest.mark.buildah
def test_gitlab_builds_and_pushes_without_a_daemon(run: Run, pushes: str, tag: str, start: Start) -> None:
    *build, push = read("gitlab-ci.yml")["model"]["script"]
    assert push == 'buildah push "$IMAGE"'
    run("\n".join([*build, push + pushes]))
    assert doubles(start(tag))


@pytest.mark.buildah
def test_tekton_builds_and_pushes_without_a_daemon(
    run: Run, pushes: str, tag: str, builder: Builder, tmp_path: Path, start: Start
) -> None:
    spec = read("tekton.yaml")["spec"]
    values = {parameter["name"]: parameter.get("default") for parameter in spec["params"]}
    values |= {"image": tag, "builder": builder.name}
    (tmp_path / "context").mkdir()
    for step in spec["steps"]:
        script = re.sub(r"\$\(params\.(\w+)\)", lambda match: str(values[match[1]]), step["script"])
        run(script.replace("/context", str(tmp_path / "context")) + (pushes if step["name"] == "push" else ""))
    assert doubles(start(tag))


def test_openshift_does_what_s2i_does_with_the_same_settings(
    tmp_path: Path, tag: str, builder: Builder, start: Start
) -> None:
    *_, config = yaml.safe_load_all((CI / "openshift-buildconfig.yaml").read_text())
    assert (config["apiVersion"], config["kind"]) == ("build.openshift.io/v1", "BuildConfig")
    strategy, folder = config["spec"]["strategy"]["sourceStrategy"], config["spec"]["source"]["contextDir"]
    shutil.copytree(APPS / "template", tmp_path / folder)
    variables = [option for row in strategy["env"] for option in ("-e", f"{row['name']}={row['value']}")]
    options = ["--copy", f"--context-dir={folder}", *(["--incremental"] if strategy["incremental"] else []), *variables]
    build = builder.try_build(tmp_path, tag, *options)
    assert build.exit_code == 0, build.output
    assert doubles(start(tag))
