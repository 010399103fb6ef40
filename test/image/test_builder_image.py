"""What a builder image says of itself, and what is in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import docker
import pytest
from seldon_runtime.config.variables import VARIABLES
from support.images import ALL, APPS, Build, Builder, Container, doubles

pytestmark = pytest.mark.docker
BUILDERS = ALL


def test_its_user_is_a_number_that_is_not_roots(builder: Builder) -> None:
    user = builder.image.attrs["Config"]["User"].partition(":")[0]
    assert user.isdigit()
    assert int(user) > 0
    assert builder.ask("id", "-G") == "0"


def test_no_program_of_it_or_of_its_slim_image_has_a_setuid_bit(builder: Builder) -> None:
    for image in (builder.name, builder.runtime):
        assert builder.run(image, "sh", "-c", "find / -xdev -type f -perm /6000 2>/dev/null || true") == ""


@pytest.mark.parametrize(
    "label",
    [
        "io.k8s.description",
        "io.k8s.display-name",
        "io.openshift.tags",
        "org.opencontainers.image.revision",
        "org.opencontainers.image.source",
        "org.opencontainers.image.title",
        "org.opencontainers.image.version",
    ],
)
def test_a_label_is_there(label: str, builder: Builder) -> None:
    assert builder.image.labels.get(label)


def test_the_class_may_print_any_text(builder: Builder) -> None:
    assert builder.ask("python", "-c", "print(u'\\xe9t\\xe9 \\u65e5\\u672c')") == "été 日本"


def test_threads_of_openblas_keep_no_core_busy(builder: Builder) -> None:
    for image in (builder.name, builder.runtime):
        assert builder.run(image, "printenv", "OPENBLAS_THREAD_TIMEOUT") == "20"


def test_its_labels_tell_s2i_where_the_scripts_are(builder: Builder) -> None:
    folder = builder.image.labels["io.openshift.s2i.scripts-url"]
    assert folder == builder.image.labels["io.s2i.scripts-url"]
    scripts = builder.ask("ls", folder.removeprefix("image://")).split()
    assert scripts == ["assemble", "assemble-requirements", "assemble-runtime", "run", "save-artifacts", "usage"]


def test_its_labels_name_the_port_and_the_version(builder: Builder) -> None:
    assert builder.image.labels["io.openshift.expose-services"] == "5000:http"
    assert builder.name.endswith(":" + builder.image.labels["org.opencontainers.image.version"])
    assert "5000/tcp" in builder.image.attrs["Config"]["ExposedPorts"]


def test_python_and_pip_on_path_are_the_users(builder: Builder) -> None:
    assert builder.ask("sh", "-c", "command -v python; command -v pip").split() == [
        "/usr/local/bin/python",
        "/usr/local/bin/pip",
    ]
    assert builder.ask("pip", "--version").endswith(f"(python {builder.python})")
    assert builder.ask("python", "-c", "import numpy; print(numpy.__file__)").startswith("/usr/local/lib/")


@pytest.mark.parametrize("package", ["orjson", "uvloop", "seldon_runtime", "seldon_component"])
def test_the_users_python_does_not_see_the_servers_packages(package: str, builder: Builder) -> None:
    look = f"import pkgutil; print(pkgutil.find_loader('{package}'))"
    if builder.python >= "3.":
        look = f"import importlib.util; print(importlib.util.find_spec('{package}'))"
    assert builder.ask("python", "-c", look) == "None"


def test_run_alone_it_prints_its_guide(builder: Builder) -> None:
    guide = builder.ask(*builder.image.attrs["Config"]["Cmd"])
    assert f"s2i build . {builder.name} my-model" in guide
    assert [variable.name for variable in VARIABLES if variable.name not in guide] == []


def test_the_guides_dockerfile_does_what_s2i_does(
    builder: Builder, engine: docker.DockerClient, tmp_path: Path, tag: str, start: Callable[..., Container]
) -> None:
    guide = [line.strip() for line in builder.ask(*builder.image.attrs["Config"]["Cmd"]).splitlines()]
    dockerfile = [line for line in guide if line.startswith(("FROM ", "COPY ", "RUN ", "CMD "))]
    shutil.copytree(APPS / "template", tmp_path / "source")
    (tmp_path / "source" / "Dockerfile").write_text("\n".join(dockerfile))
    engine.images.build(path=str(tmp_path / "source"), tag=tag, rm=True, forcerm=True)
    assert doubles(start(tag))


def test_s2i_usage_prints_its_guide(builder: Builder) -> None:
    usage = Build.of("usage", builder.name)
    assert usage.exit_code == 0
    assert f"s2i build . {builder.name} my-model" in usage.output


def test_its_own_programs_do_not_depend_on_the_working_folder(builder: Builder) -> None:
    in_a_folder_with_a_trap = "cd /tmp && echo 'raise SystemExit(3)' >json.py && /s2i/bin/usage >/dev/null && echo fine"
    assert builder.ask("sh", "-c", in_a_folder_with_a_trap) == "fine"
