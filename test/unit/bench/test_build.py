"""The table of whole builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.build import CHANGES, steps_of, table
from bench.build_ways import SOURCE


def test_the_first_ways_clean_build_is_what_all_are_compared_with() -> None:
    samples = {("s2i", "clean"): [8.0, 12.0, 10.0], ("s2i", "unchanged"): [5.0], ("plain pip", "clean"): [20.0],
               ("s2i", "assemble clean"): [6.0]}  # fmt: skip
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table(samples, ["s2i", "plain pip"]).splitlines()]
    assert lines[2] == ["s2i", "10.0 s (1.00)", "5.0 s (0.50)", "", "", "6.0 s (0.60)", ""]
    assert lines[3] == ["plain pip", "20.0 s (2.00)", "", "", "", "", ""]


def test_the_seconds_of_assemble_are_those_of_its_numbered_lines() -> None:
    output = " 1. Checking the settings      0.2 s\n    a note of 9.0 s\nSTEP 3\n10. Compiling 4.5 s\n11. Loading  1.0 s  failed\n"
    assert steps_of(output) == pytest.approx(5.7)
    assert steps_of("Successfully built\n") is None


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_changes_what_it_says(change, tmp_path: Path) -> None:
    for name in ("IrisClassifier.py", "requirements.txt"):
        (tmp_path / name).write_bytes((SOURCE / name).read_bytes())
    change.apply(tmp_path)
    changed = {path.name for path in tmp_path.iterdir() if path.read_bytes() != (SOURCE / path.name).read_bytes()}
    assert changed == {"changed class": {"IrisClassifier.py"}, "changed requirement": {"requirements.txt"}}.get(change.name, set())
