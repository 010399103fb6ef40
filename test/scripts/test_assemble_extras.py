"""INSTALL_EXTRAS for a source without a lock: its package and its application may have extras, a list has none."""

from __future__ import annotations

import pytest
from support.package_index import make_wheel
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
