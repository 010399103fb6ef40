"""What is known of the packages in a folder."""

from __future__ import annotations

from pathlib import Path

from seldon_runtime.assembly.packages.installed import byte_code


def test_the_byte_code_of_each_python_is_found_by_its_source(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    names = ("pricing.py", "a.template.py")
    compiled = ("pricing.pyc", "pricing.pyo", "__pycache__/pricing.cpython-36.pyc",
                "__pycache__/a.template.cpython-313.pyc", "__pycache__/pricing.cpython-313.opt-1.pyc")  # fmt: skip
    for name in (*names, *compiled, "other.pyc", "__pycache__/other.cpython-36.pyc", "__pycache__/strange.pyc"):
        (tmp_path / name).touch()
    assert {*byte_code(str(tmp_path / name) for name in names)} == {str(tmp_path / name) for name in compiled}
    assert list(byte_code([str(tmp_path / "data.txt")])) == []
