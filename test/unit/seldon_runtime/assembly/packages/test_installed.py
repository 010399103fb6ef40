"""What is known of the packages in a folder."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from seldon_runtime.assembly.packages.installed import byte_code, importable_packages, installed_packages
from seldon_runtime.assembly.packages.interpreter import read_interpreter


def test_the_byte_code_of_each_python_is_found_by_its_source(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    names = ("pricing.py", "a.template.py")
    compiled = ("pricing.pyc", "pricing.pyo", "__pycache__/pricing.cpython-36.pyc",
                "__pycache__/a.template.cpython-313.pyc", "__pycache__/pricing.cpython-313.opt-1.pyc")  # fmt: skip
    for name in (*names, *compiled, "other.pyc", "__pycache__/other.cpython-36.pyc", "__pycache__/strange.pyc"):
        (tmp_path / name).touch()
    assert {*byte_code(str(tmp_path / name) for name in names)} == {str(tmp_path / name) for name in compiled}
    assert list(byte_code([str(tmp_path / "data.txt")])) == []


def install(folder: Path, name: str, *files: str, record: str = "RECORD") -> None:
    """A package of empty files, of which the last one is lost."""
    metadata = folder / (f"{name}-1.0.dist-info" if record == "RECORD" else f"{name}-1.0.egg-info")
    metadata.mkdir(parents=True)
    (metadata / ("METADATA" if record == "RECORD" else "PKG-INFO")).write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / record).write_text("".join(f"{file}\n" for file in files))
    for file in files[:-1]:
        path = (folder if record == "RECORD" else metadata) / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_the_files_of_a_package_are_those_that_are_recorded_and_there_and_their_byte_code(tmp_path: Path) -> None:
    folder = tmp_path / "lib" / "site-packages"
    install(folder, "pricing", "pricing/__init__.py", "../../bin/price", "lost.py")
    install(folder, "rounding", "../rounding.py", "lost.py", record="installed-files.txt")
    for name in ("pricing/__pycache__/__init__.cpython-313.pyc", "rounding.pyc"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    python = dataclasses.replace(read_interpreter(sys.executable), site_packages=(folder,), path=())
    found = {name: package.files for name, package in installed_packages(python).items()}
    code = folder / "pricing" / "__pycache__" / "__init__.cpython-313.pyc"
    assert found == {
        "pricing": [tmp_path / "bin" / "price", folder / "pricing" / "__init__.py", code],
        "rounding": [folder / "rounding.py", folder / "rounding.pyc"],
    }


def test_a_system_s_own_packages_are_importable_and_pip_did_not_install_them(tmp_path: Path) -> None:
    install(tmp_path / "dist-packages", "tariffs", "lost.py")
    python = dataclasses.replace(read_interpreter(sys.executable), site_packages=(), path=(str(tmp_path / "dist-packages"),))
    assert (list(installed_packages(python)), list(importable_packages(python))) == ([], ["tariffs"])


def test_a_folder_that_pip_has_made_later_is_importable_too(tmp_path: Path) -> None:
    install(tmp_path / "user", "tariffs", "lost.py")
    python = dataclasses.replace(read_interpreter(sys.executable), site_packages=(tmp_path / "user",), path=())
    assert list(importable_packages(python)) == ["tariffs"]
