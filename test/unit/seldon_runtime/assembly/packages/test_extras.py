"""seldon_runtime.assembly.packages.extras: which extras the lock of each tool has."""

from __future__ import annotations

from pathlib import Path

import pytest
from seldon_runtime.assembly.packages import extras
from seldon_runtime.errors import BadSetting

MEMBER = """
[[package]]
name = "lib"
source = { editable = "packages/lib" }
[package.metadata]
provides-extras = ["of-member"]
"""
ROOT = """
[[package]]
name = "root"
source = { virtual = "." }
[package.optional-dependencies]
fast-math = [{ name = "six" }]
[package.metadata]
provides-extras = ["empty", "fast-math"]
"""
INDEX = """
[[package]]
name = "other"
source = { registry = "https://index.example/simple" }
[package.optional-dependencies]
net = [{ name = "six" }]
"""
PDM = "[project]\n[project.optional-dependencies]\nnet = []\ntext = []\n"


@pytest.mark.parametrize(("lock", "found"), [
    (ROOT + MEMBER + INDEX, ["empty", "fast-math"]),
    (MEMBER + INDEX, ["of-member"]),
    ("", []),
])
def test_uv_takes_those_of_the_project_or_of_the_members_of_a_workspace(lock: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(lock)
    assert extras.of_uv(tmp_path) == found


@pytest.mark.parametrize(("lock", "found"), [
    ("[metadata]\ngroups = ['default', 'dev', 'net']\n", ["net"]),
    ("[metadata]\nlock_version = '4.1'\n", ["net", "text"]),
])
def test_pdm_takes_those_of_the_project_that_were_locked(lock: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PDM)
    (tmp_path / "pdm.lock").write_text(lock)
    assert extras.of_pdm(tmp_path) == found


def test_names_are_compared_as_pep_685_says_and_all_that_are_unknown_are_named() -> None:
    extras.require_known(["Fast_Math"], ["fast-math"], "uv.lock", "leave it out")
    with pytest.raises(BadSetting) as raised:
        extras.require_known(["a", "fast.math", "b"], ["fast-math"], "uv.lock", "leave it out")
    assert str(raised.value) == (
        "INSTALL_EXTRAS: expected extras of uv.lock (fast-math), found 'a, b'; correct it, or leave it out"
    )
