"""What needs what, and what is missing."""

from __future__ import annotations

import sys
from email.message import Message
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.requirements import Requirement
from seldon_runtime.assembly.packages.dependencies import clashes, missing_requirements, needed_packages
from seldon_runtime.assembly.packages.installed import Package
from seldon_runtime.assembly.packages.interpreter import Interpreter, read_interpreter
from seldon_runtime.assembly.packages.wheel_folder import read_wheels
from support.package_index import make_wheel


@pytest.fixture(scope="module")
def python() -> Interpreter:
    return read_interpreter(sys.executable)


def package(name: str, version: str = "1.0", *requires: str) -> Package:
    distribution: Any = SimpleNamespace(requires=list(requires), metadata=Message())
    return Package(name, version, distribution, distribution.metadata)


def test_the_needs_of_an_extra_count_only_if_it_is_wanted(python: Interpreter) -> None:
    packages: Any = {
        "pricing": package("pricing", "1.0", "rounding", "tariffs; extra == 'more'", "not valid !"),
        "rounding": package("rounding", "1.0", "pricing"),
        "tariffs": package("tariffs"),
        "lonely": package("lonely"),
    }
    assert needed_packages([Requirement("Pricing")], packages, python.markers) == {"pricing", "rounding"}
    assert "tariffs" in needed_packages([Requirement("pricing[more]")], packages, python.markers)
    assert needed_packages([Requirement("lonely; python_version < '3'")], packages, python.markers) == set()


def test_all_that_is_missing_is_named_below_what_needs_it(tmp_path: Path, python: Interpreter) -> None:
    make_wheel(tmp_path, "pricing", "1.0", requires=["rounding>=2", "packaging", "tariffs; extra == 'more'"])
    make_wheel(tmp_path, "rounding", "1.5")
    build: Any = SimpleNamespace(wheels=read_wheels(tmp_path, python), python=python)
    wanted = ["pricing", "pricing[more]", "shipping==3.0", "colours; sys_platform == 'win32'", "a @ https://example.com"]
    assert missing_requirements(build, map(Requirement, wanted)) == [
        "rounding>=2 (needed by pricing); found: 1.5",
        "tariffs (needed by pricing)",
        "shipping==3.0",
    ]


def test_each_requirement_of_a_package_that_no_package_satisfies_is_named(python: Interpreter) -> None:
    packages: Any = {
        "pricing": package("pricing", "1.0", "Rounding>=2", "tariffs", "shop ; extra == 'more'", "zone; python_version < '3'"),
        "rounding": package("rounding", "1.5"),
        "old": package("old", "1.0", "strange", "strange>1"),
        "strange": package("strange", "of-last-year"),
    }
    assert list(clashes(packages, python.markers)) == [
        "pricing 1.0 has requirement Rounding>=2, but you have rounding 1.5.",
        "pricing 1.0 requires tariffs, which is not installed.",
        "old 1.0 has requirement strange>1, but you have strange of-last-year.",
    ]
