"""What people give to `s2i build` beside a folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.images import APPS, EXAMPLES, Builder, Container, source_of
from support.server import free_port
from support.waiting import eventually

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)  # what s2i does with its options is the same with every builder
Start = Callable[..., Container]


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A Tester", "-c", "user.email=tester@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A git checkout with two models in folders of it."""
    folder = tmp_path / "checkout"
    shutil.copytree(EXAMPLES / "model-template", folder / "models" / "double")
    shutil.copytree(APPS / "dotted", folder / "models" / "shop")
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "Two models")
    return folder


@pytest.fixture
def url(checkout: Path, tmp_path: Path) -> Iterator[str]:
    """Where the checkout's bare repository can be cloned from. (s2i takes a bare file:// for a folder of files.)"""
    git(tmp_path, "clone", "--bare", str(checkout), "models.git")
    port = free_port()
    listen = ["--listen=127.0.0.1", f"--port={port}", "--reuseaddr"]
    # git itself waits for its daemon to end, so the daemon is what is ended: no wrapper between
    daemon = subprocess.Popen([git_program("git-daemon"), *listen, "--export-all", f"--base-path={tmp_path}"])
    eventually(lambda: listens(port), "the repository was served")
    yield f"git://127.0.0.1:{port}/models.git"
    daemon.kill()
    daemon.wait()


def git_program(name: str) -> Path:
    folder = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)
    return Path(folder.stdout.strip()) / name


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_folder_of_a_git_repository_is_built_from_its_url(url: str, tag: str, builder: Builder, start: Start) -> None:
    build = builder.try_build(url, tag, "--context-dir=models/double")
    assert build.exit_code == 0, build.output
    answer = start(tag).wait_until_ready().predict({"data": {"ndarray": [[1, 2]]}})
    assert answer.json()["data"]["ndarray"] == [[2, 4]]


def test_a_file_that_is_not_committed_is_hinted_at(checkout: Path, tag: str, builder: Builder) -> None:
    (checkout / "models" / "double" / "New.py").write_text("class New(object):\n    predict = None\n")
    build = builder.try_build(checkout, tag, "--context-dir=models/double", "-e", "MODEL_NAME=New")
    assert build.exit_code != 0
    assert "no module for 'New'" in build.output
    assert "s2i takes what is committed; commit the file, or build with --copy" in build.output


def test_a_variable_of_the_build_wins_over_the_file_and_one_of_the_run_over_both(
    tmp_path: Path, tag: str, builder: Builder, start: Start
) -> None:
    (tmp_path / ".s2i").mkdir()
    (tmp_path / ".s2i" / "environment").write_text("MODEL_NAME=Tens\n")
    for name, factor in (("Tens", 10), ("Hundreds", 100), ("Thousands", 1000)):
        (tmp_path / f"{name}.py").write_text(
            f"class {name}(object):\n    def predict(self, X, features_names):\n        return X * {factor}\n"
        )
    build = builder.try_build(tmp_path, tag, "--copy", "-e", "MODEL_NAME=Hundreds")
    assert build.exit_code == 0, build.output
    message = {"data": {"ndarray": [[1]]}}
    assert start(tag).wait_until_ready().predict(message).json()["data"]["ndarray"] == [[100]]
    run = start(tag, environment={"MODEL_NAME": "Thousands"})
    assert run.wait_until_ready().predict(message).json()["data"]["ndarray"] == [[1000]]


def test_a_second_incremental_build_works_like_the_first(tag: str, builder: Builder, start: Start) -> None:
    for _ in range(2):
        build = builder.try_build(EXAMPLES / "model-template", tag, "--copy", "--incremental", "--rm")
        assert build.exit_code == 0, build.output
        assert "error saving previous build artifacts" not in build.output
    assert start(tag).wait_until_ready().predict({"data": {"ndarray": [[1]]}}).json()["data"]["ndarray"] == [[2]]


def test_any_user_of_group_0_builds_and_another_one_serves(
    tmp_path: Path, tag: str, builder: Builder, start: Start
) -> None:
    """Also if the class makes folders for its owner alone when it is imported, as many a library does."""
    source = source_of(tmp_path / "source")
    code = (
        "import os\n"
        "cache = os.path.expanduser('~/.cache/fonts')\n"
        "if not os.path.isdir(cache):\n    os.makedirs(cache, 0o700)\n"
        "open(os.path.join(cache, 'list'), 'a').close()\n"
    )
    (source / "MyModel.py").write_text(code + (source / "MyModel.py").read_text())
    build = builder.try_build(source, tag, "--copy", "--assemble-user=123456")
    assert build.exit_code == 0, build.output
    answer = start(tag, user="654321:0").wait_until_ready().predict({"data": {"ndarray": [[1]]}})
    assert answer.json()["data"]["ndarray"] == [[1]]
