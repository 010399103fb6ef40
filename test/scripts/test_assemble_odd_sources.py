"""s2i/bin/assemble with a source, a wheel folder or variables that are unusual: it works, or says in words why not."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest
from support.sandbox import Sandbox
from support.scripts import script

NOT_UTF8 = b"caf\xe9"


def assemble(source: Path, **given: object) -> subprocess.CompletedProcess[str]:
    home = source.parent / "home"
    return script("assemble", S2I_SOURCE=source, MICROSERVICE_HOME=home, **{"MODEL_NAME": "MyModel", **given})


def add_odd_entries(source: Path) -> None:
    os.mkfifo(source / "pipe")
    (source / "nowhere").symlink_to("/no/such/file")
    (source / "loop").symlink_to("loop")
    (source / "upwards").symlink_to("..")
    Path(os.fsdecode(os.fsencode(source) + b"/" + NOT_UTF8 + b".py")).write_text("X = 1\n")
    (source / "apt.txt").write_bytes(b"# " + NOT_UTF8 + b"\n")
    (source / ".git").mkdir()
    (source / ".git" / "HEAD").write_bytes(NOT_UTF8)
    (source / ".venv" / "lib").mkdir(parents=True)
    (source / ".venv" / "pyvenv.cfg").touch()


def test_what_is_no_file_is_left_out_and_other_odd_entries_do_no_harm(sandbox: Sandbox) -> None:
    """On each Python: names that are not UTF-8 reach the model's own Python too."""
    add_odd_entries(sandbox.source)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(sandbox.source / "socket"))
    (sandbox.wheels / "old-1.0-py2.py3-none-any.whl").mkdir(parents=True)
    build = sandbox.assemble()
    listener.close()
    assert (build.returncode, build.stderr) == (0, "")
    assert (
        "    .venv is a virtual environment, and is left out\n"
        "    pipe is a pipe, and is left out\n"
        "    socket is a socket, and is left out\n"
    ) in build.stdout
    odd = (".venv", "pipe", "socket", "loop", "nowhere", "upwards")
    assert sorted(name for name in os.listdir(sandbox.home) if name in odd) == ["loop", "nowhere", "upwards"]


def test_requirements_that_are_not_utf8_are_named_with_the_line_and_utf16_is_read(one_sandbox: Sandbox) -> None:
    assert one_sandbox.assemble().returncode == 0
    (one_sandbox.source / "more.txt").write_bytes(b"numpy\n# " + NOT_UTF8 + b"\n")
    build = one_sandbox.assemble("-r more.txt")
    assert (build.returncode, build.stderr) == (17, "more.txt, line 2: expected UTF-8 text, found other bytes; save it as UTF-8\n")
    (one_sandbox.source / "more.txt").write_bytes("numpy\n# caf\u00e9\n".encode("utf-16"))
    assert one_sandbox.assemble("-r more.txt").returncode == 0


def test_a_list_that_comes_after_another_one_is_not_read_and_named(source: Path) -> None:
    (source / "requirements.txt").write_text("# nothing\n")
    (source / "environment.yml").write_text("dependencies: [no-such-package]\n")
    build = assemble(source)
    assert build.returncode == 0, build.stderr
    assert "    requirements.txt says what the model needs; not read: environment.yml\n" in build.stdout


def test_requirements_that_include_each_other_are_named(source: Path) -> None:
    (source / "requirements.txt").write_text("numpy\n-r more.txt\n")
    (source / "more.txt").write_text("-r requirements.txt\n")
    build = assemble(source)
    expected = "requirements.txt: requirements.txt includes itself; take one line -r or -c out of the circle\n"
    assert (build.returncode, build.stderr) == (17, expected)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PIP_TARGET", "/x", "pip would install where the class does not look for packages"),
        ("PIP_PREFIX", "/x", "pip would install where the class does not look for packages"),
        ("PIP_DRY_RUN", "1", "pip would install nothing"),
        ("PYTHONNOUSERSITE", "1", "the packages of the class are in the user site of its Python"),
        ("PIP_USER", "0", "the packages of the class are in the user site of its Python"),
    ],
)
def test_a_variable_that_moves_the_packages_elsewhere_is_named(name: str, value: str, why: str, source: Path) -> None:
    build = assemble(source, PYTHONUSERBASE=source.parent / "base", **{name: value})
    assert build.stderr == f"{name}: expected nothing, found '{value}'; {why}; unset it\n"
    assert build.returncode == 10


def test_a_home_folder_that_may_not_be_looked_at_does_no_harm(source: Path) -> None:
    """A file in place of a folder raises where a folder without rights would; root may look at every folder."""
    build = assemble(source, HOME=source / "MyModel.py")
    assert (build.returncode, build.stderr) == (0, "")


def test_without_a_source_the_build_says_where_it_looks(tmp_path: Path) -> None:
    build = assemble(tmp_path / "source")
    assert build.stderr == (
        f"{tmp_path}/source: expected the source, found no folder; s2i puts it there; a Dockerfile needs a line COPY for it\n"
    )
    assert build.returncode == 27


def test_what_no_step_foresees_names_the_step_and_the_file_and_is_no_traceback(source: Path) -> None:
    (source.parent / "home").write_text("a file in place of the folder")
    build = assemble(source)
    assert build.stderr == (
        f"Copying the source to {source.parent}/home: {source.parent}/home: File exists; look at it, or leave it out with .s2iignore\n"
    )
    assert build.returncode == 27
