"""The slim image beside each builder: `s2i build --runtime-image` puts what the builder has made into it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.images import APPS, Builder, Container

pytestmark = pytest.mark.docker
Start = Callable[..., Container]


@pytest.mark.parametrize("folder", [APPS / "template", APPS / "dotted"], ids=lambda folder: folder.name)
def test_a_model_answers_from_it_as_from_the_builders_own(
    folder: Path, onto_runtime: Callable[[Path], str], builder: Builder, start: Start
) -> None:
    message = {"data": {"ndarray": [[0.2, 0.9, 0.4]]}}
    expected = start(builder.build(folder)).wait_until_ready().predict(message).json()
    image = onto_runtime(folder)
    for user in ("1001", "123456:0"):
        confined = start(image, user=user, read_only=True, tmpfs={"/tmp": ""})
        assert confined.wait_until_ready().predict(message).json() == expected


def test_what_was_installed_for_the_model_comes_along(
    onto_runtime: Callable[[Path], str], builder: Builder, start: Start
) -> None:
    image = onto_runtime(APPS / "setup-py")
    answer = start(image).wait_until_ready().predict({"data": {"ndarray": [[54.5, 2]]}})
    assert answer.status_code == 200, answer.text
    installed = builder.run(image, "python", "-c", "import pricing; print(pricing.__file__)")
    assert installed.startswith("/opt/model/lib/python")
    assert builder.run(image, "python", "-m", "pip", "check") == "No broken requirements found."


def test_a_mistake_that_shows_only_there_ends_the_build(tag: str, builder: Builder, tmp_path: Path) -> None:
    shutil.copytree(APPS / "template", tmp_path, dirs_exist_ok=True)
    with (tmp_path / "MyModel.py").open("a") as model:
        model.write("\n\nimport os\nassert os.path.exists('/usr/bin/gcc'), 'no compiler here'\n")
    build = builder.try_build(tmp_path, tag, "--copy", *builder.onto_runtime)
    assert build.exit_code != 0
    assert "no compiler here" in build.output


def test_it_has_nothing_that_only_builds_need(builder: Builder) -> None:
    programs = "command -v gcc g++ cc c++ make git"
    files = "ls -d /usr/include/stdio.h /usr/local/include/python* /home/seldon/.cache /root/.cache"
    assert builder.run(builder.runtime, "sh", "-c", f"{programs}; {files} 2>/dev/null; true") == ""


def test_no_interpreter_has_its_test_suite_or_a_static_library(builder: Builder) -> None:
    names = "-name test -o -name tests -o -name idle_test -o -name libpython*.a"
    look = f"find /usr/local /opt/seldon -path '*/site-packages' -prune -o \\( {names} \\) -print"
    assert builder.ask("sh", "-c", look) == ""
