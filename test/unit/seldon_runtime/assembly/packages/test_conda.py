"""seldon_runtime.assembly.packages.conda: what an environment.yml means for pip."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from seldon_runtime.assembly.errors import InstallFailed
from seldon_runtime.assembly.packages.conda import CondaFile, parse


@pytest.mark.parametrize(("text", "name", "requirement"), [
    ("numpy", "numpy", "numpy"),
    ("numpy=1.26", "numpy", "numpy==1.26.*"),
    ("numpy=1.26.*", "numpy", "numpy==1.26.*"),
    ("numpy =1.26", "numpy", "numpy==1.26.*"),
    ("numpy==1.26.4", "numpy", "numpy==1.26.4"),
    ("numpy=1.26.4=py310h5eee18b_0", "numpy", "numpy==1.26.4.*"),
    ("numpy >=1.20,<2", "numpy", "numpy<2,>=1.20"),
    ("numpy 1.26.4", "numpy", "numpy==1.26.4"),
    ("conda-forge::scikit-learn=1.5", "scikit-learn", "scikit-learn==1.5.*"),
    ("conda-forge/linux-64::numpy=1.26", "numpy", "numpy==1.26.*"),
    ("numpy[version='>=1.20,<2',build=py310_0]", "numpy", "numpy<2,>=1.20"),
    ('numpy[build="py310_0", version="1.26.*"]', "numpy", "numpy==1.26.*"),
    ("numpy[version=1.26.4]", "numpy", "numpy==1.26.4"),
])
def test_a_package_of_conda_becomes_a_requirement(text: str, name: str, requirement: str) -> None:
    assert parse({"dependencies": [text]}) == CondaFile({name: requirement}, ())


@pytest.mark.parametrize("text", ["numpy=1.26|1.27", "numpy[channel=conda-forge]", "numpy[", "@SYSTEM"])
def test_what_pip_cannot_express_is_kept_apart(text: str) -> None:
    assert parse({"dependencies": [f" {text} "]}) == CondaFile({}, (), (text,))


def test_the_section_of_pip_stays_as_it_is_and_python_is_the_builders() -> None:
    content = {"dependencies": ["python=3.10", "pip", "numpy", {"pip": ["six==1.17.0", "-r more.txt"]}]}
    assert parse(content) == CondaFile(
        {"numpy": "numpy"}, ("six==1.17.0", "-r more.txt"), python=SpecifierSet("==3.10.*")
    )


@pytest.mark.parametrize("content", [None, [], {"name": "x"}, {"dependencies": "numpy"}])
def test_a_file_without_dependencies_is_refused(content: Any) -> None:
    with pytest.raises(InstallFailed, match="environment.yml: dependencies: expected a list, found"):
        parse(content)
