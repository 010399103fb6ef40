"""The program that compiles on several CPUs, on each Python that models have."""

from __future__ import annotations

import subprocess
from pathlib import Path

from seldon_runtime.assembly.packages import compile_files

PROGRAM = Path(compile_files.__path__[0])
# names that many files share, and constants; with more bytes than one process compiles
TEXT = "import os\n\ndef path_of(name, default='path'):\n    return {'name', default, os.path.join(name, 'default')}\n"
LARGE = "".join(f"def load_{number}(name):\n    return name + 'load_{number}'\n\n" for number in range(4000))


def compiled(python: str, folder: Path, processes: int) -> dict[str, bytes]:
    """Name -> content of each file of byte code."""
    for path in folder.rglob("*.pyc"):
        path.unlink()
    lines = "".join(f"UNCHECKED_HASH {path}\n" for path in sorted(folder.glob("*.py")))
    subprocess.run([python, PROGRAM, str(processes)], input=lines, text=True, check=True, capture_output=True)
    return {path.name.partition(".")[0]: path.read_bytes() for path in folder.rglob("*.pyc")}


def test_any_number_of_processes_writes_the_same_byte_code(model_python: str, tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / f"{name}.py").write_text(TEXT + LARGE)
        (tmp_path / f"{name}_small.py").write_text(TEXT)
    (tmp_path / "bad.py").write_text("def {{ name }}():\n")
    (tmp_path / "deep.py").write_text("x = " + "-" * 100_000 + "1\n")
    (tmp_path / "zeros.py").write_bytes(b"x = 1\0\n")
    one = compiled(model_python, tmp_path, 1)
    assert {"a", "b", "c", "d", "d_small"} <= one.keys()
    assert not {"bad", "zeros"} & one.keys()
    assert compiled(model_python, tmp_path, 3) == one
