"""INSTALL_EXTRAS: a lock, a package and an application may have extras, a list has none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.package_index import make_wheel
from support.pythons import CURRENT
from support.sandbox import Sandbox

SETUP = "from setuptools import setup\nsetup(name='mine', py_modules=['MyModel'], extras_require={'fast-math': ['alpha']})\n"
APPLICATION = "[project]\nname = 'mine'\nversion = '1'\ndependencies = []\n"
OPTIONAL = "[project.optional-dependencies]\nfast = ['alpha']\n"


def test_an_extra_of_a_package_is_installed_and_one_that_it_lacks_is_named(each_installer: Sandbox) -> None:
    (each_installer.source / "setup.py").write_text(SETUP)
    make_wheel(each_installer.index.folder, "alpha", "1.0")
    build = each_installer.assemble(INSTALL_EXTRAS="Fast-Math,gpu")
    assert build.stderr == (
        "INSTALL_EXTRAS: expected extras of the source's package (fast-math), found 'gpu'; correct it, or leave it out\n"
    )
    assert build.returncode == 10
    each_installer.renew()
    build = each_installer.assemble(INSTALL_EXTRAS="fast-math")
    assert build.returncode == 0, build.stderr
    assert each_installer.versions("alpha") == ["1.0"]


@pytest.mark.parametrize(("pyproject", "requirements", "what"), [
    ("", (), "the source (it has none)"),
    ("", ("alpha",), "the source (it has none)"),
    (APPLICATION + OPTIONAL, ("alpha",), "the source (fast)"),
    (APPLICATION + OPTIONAL, (), "the source (fast)"),
    (APPLICATION.replace("[]", "['alpha']") + OPTIONAL, (), "the source (fast)"),
])
def test_an_extra_that_nothing_has_ends_the_build(
    pyproject: str, requirements: tuple[str, ...], what: str, one_sandbox: Sandbox
) -> None:
    if pyproject:
        (one_sandbox.source / "pyproject.toml").write_text(pyproject)
    build = one_sandbox.assemble(*requirements, INSTALL_EXTRAS="gpu")
    assert build.stderr == f"INSTALL_EXTRAS: expected extras of {what}, found 'gpu'; correct it, or leave it out\n"
    assert build.returncode == 10


# folder -> the words after "INSTALL_EXTRAS: expected extras of "
WITHOUT = {
    "uv-lock": "uv.lock (text), found 'gpu'; correct it, or add it to the project and run `uv lock`",
    "poetry-lock": "poetry.lock (text), found 'gpu'; correct it, or add it to the project and run `poetry lock`",
    "pdm-lock": "pdm.lock (text), found 'gpu'; correct it, or add it to the project and run `pdm lock --group :all`",
    "pylock": "pylock.toml (it has none), found 'text, gpu'; correct it, or lock again with it",
    "pipfile-lock": "Pipfile.lock (text), found 'gpu'; correct it, or add it to the Pipfile and run `pipenv lock`",
    "conda-environment": "the source (it has none), found 'text, gpu'; correct it, or leave it out",
}


@pytest.mark.parametrize("app", WITHOUT)
def test_an_extra_that_a_list_lacks_ends_the_build_with_those_that_it_has(
    app: str, sandbox_of: Callable[[str, str], Sandbox]
) -> None:
    build = sandbox_of(app, CURRENT).assemble_as_it_is(INSTALL_EXTRAS="text,gpu")
    assert build.stderr == f"INSTALL_EXTRAS: expected extras of {WITHOUT[app]}\n"
    assert build.returncode == 10
