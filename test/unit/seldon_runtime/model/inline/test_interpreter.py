"""MODEL_PROCESS=inline: the server moves into the class's Python if that has the server's version, and says so if not."""

import contextlib
import os
from pathlib import Path

import pytest
from seldon_runtime.model.inline.interpreter import VERSION
from support.pythons import CURRENT
from support.server import Server

CLASS = """import sys
class M:
    def predict(self, X, names):
        return sys.executable if "seldon_runtime" in sys.modules else "separate"
"""


@pytest.fixture
def serve(tmp_path):
    """A function: variables -> a Server of a class that responds with the path of its Python."""
    servers: list[Server] = []
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "M.py").write_text(CLASS)

    def start(**variables):
        servers.append(Server(folder, tmp_path / "output", MODEL_NAME="M", **variables).start())
        return servers[-1]

    yield start
    for server in servers:
        with contextlib.suppress(ProcessLookupError):
            server.kill()


@pytest.fixture
def recorder(tmp_path):
    """A function: a name, and the path of a Python -> a program of that name that notes each start, and is this Python."""
    def make(name, python):
        path: Path = tmp_path / "bin" / name
        path.parent.mkdir()
        path.write_text(f'#!/bin/sh\necho x >>"{tmp_path}/starts"\nexec "{python}" "$@"\n')
        path.chmod(0o755)
        return path

    return make


def python_of(server):
    return server.wait_until_ready().predict({"strData": "x"}).json()["strData"]


@pytest.mark.parametrize("version", ["2.7", "3.6"])
def test_a_class_on_another_python_ends_the_start(version, serve, model_python_of):
    python = model_python_of(version)
    server = serve(MODEL_PROCESS="inline", MODEL_PYTHON=python)
    assert server.exit_code() == 10
    assert server.errors == (
        f"MODEL_PROCESS: inline needs the class to run on Python {VERSION}, the server's; {python} is Python {version}. "
        "Use separate, or a builder of that version\n")


def test_a_program_that_is_no_python_ends_the_start(serve):
    server = serve(MODEL_PROCESS="inline", MODEL_PYTHON="true")
    assert server.exit_code() == 10
    assert "is Python of unknown version. Use separate" in server.errors


def test_a_program_that_does_not_exist_ends_the_start(serve):
    server = serve(MODEL_PROCESS="inline", MODEL_PYTHON="no-such-python")
    assert server.exit_code() == 10
    assert server.errors == "MODEL_PYTHON: expected a program that exists, found 'no-such-python'\n"


@pytest.mark.parametrize(("name", "starts"), [(f"python{VERSION}", 1), ("python", 2), ("python2.7", 2)])
def test_a_python_is_asked_for_its_version_unless_its_name_says_the_right_one(
    name, starts, serve, recorder, model_python_of, tmp_path
):
    python = model_python_of(CURRENT)
    assert python_of(serve(MODEL_PROCESS="inline", MODEL_PYTHON=recorder(name, python))) == python
    assert (tmp_path / "starts").read_text().split() == ["x"] * starts


def test_the_name_is_that_of_the_file_behind_all_links(serve, recorder, model_python_of, tmp_path):
    link = tmp_path / "python"
    link.symlink_to(recorder(f"python{VERSION}", model_python_of(CURRENT)))
    assert python_of(serve(MODEL_PROCESS="inline", MODEL_PYTHON=link)) == model_python_of(CURRENT)
    assert (tmp_path / "starts").read_text().split() == ["x"]


def test_the_path_of_the_python_may_be_relative(serve, model_python_of, tmp_path):
    python = model_python_of(CURRENT)
    found = python_of(serve(MODEL_PROCESS="inline", MODEL_PYTHON=os.path.relpath(python, tmp_path / "model")))
    assert os.path.normpath(found) == python


def test_the_file_of_the_environment_may_say_it(serve, model_python_of, tmp_path):
    python = model_python_of(CURRENT)
    (tmp_path / "model" / ".s2i").mkdir()
    (tmp_path / "model" / ".s2i" / "environment").write_text(f"MODEL_PROCESS=Inline\nMODEL_PYTHON={python}\n")
    assert python_of(serve()) == python
