"""python -m bench.build: the time of whole builds of the scikit-learn example, side by side: clean, unchanged, changed.

Each round builds each way once, so that a machine that slows down slows all of them.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .build_ways import SOURCE, Way, prepare, remove, ways
from .errors import BenchError
from .table import markdown

_PINNED = "joblib==1.5.1\n"  # needs no other version of anything
# a line of `assemble`; BuildKit puts a number and a time in front
_STEP = re.compile(r"^(?:#\d+ [\d.]+)?\s*\d+\. .*\s(\d+\.\d) s", re.MULTILINE)
_HEADER = ("way", "clean", "unchanged", "changed class", "changed requirement", "assemble: clean", "unchanged")


@dataclass(frozen=True)
class Change:
    """name: of its column. apply: changes the source. is_clean: whether nothing of an earlier build is there."""

    name: str
    apply: Callable[[Path], None]
    is_clean: bool = False


def _change_class(source: Path) -> None:
    with (source / "IrisClassifier.py").open("a", encoding="utf-8") as file:
        file.write("\n# a change\n")


def _change_requirement(source: Path) -> None:
    requirements = source / "requirements.txt"
    requirements.write_text(requirements.read_text(encoding="utf-8") + _PINNED, encoding="utf-8")


CHANGES = (
    Change("clean", lambda source: None, is_clean=True),
    Change("unchanged", lambda source: None),
    Change("changed class", _change_class),
    Change("changed requirement", _change_requirement),
)
Samples = dict[tuple[str, str], list[float]]  # (way, column) -> seconds


def main() -> int:
    """1 if a build failed."""
    options = _options()
    samples: Samples = {}
    try:
        chosen = [way for way in ways(options) if re.search(options.ways, way.name)]
        prepare(options)
        for number in range(options.rounds):
            for way in chosen:
                print(f"round {number + 1}: {way.name}", file=sys.stderr)
                _measure(way, samples)
    except BenchError as error:
        print(f"make bench-build: {error}", file=sys.stderr)
        return 1
    finally:
        remove(options)
    print(table(samples, [way.name for way in chosen]))
    return 0


def table(samples: Samples, names: Iterable[str]) -> str:
    """A row for each way: seconds of the wall clock, and the ratio to the clean build of the first way."""
    names = list(names)
    first = statistics.median(samples[names[0], "clean"])
    rows = [(name, *(_cell(samples.get((name, column), []), first) for column in _COLUMNS)) for name in names]
    return markdown(_HEADER, rows)


_COLUMNS = (*(change.name for change in CHANGES), "assemble clean", "assemble unchanged")


def _cell(seconds: list[float], first: float) -> str:
    if not seconds:
        return ""
    median = statistics.median(seconds)
    return f"{median:.1f} s ({median / first:.2f})"


def _measure(way: Way, samples: Samples) -> None:
    """Build in one way, clean and after each change. Raises BenchError."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "source"
        shutil.copytree(SOURCE, source)
        for change in CHANGES:
            change.apply(source)
            start = time.monotonic()
            output = way.build(source, change.is_clean)
            samples.setdefault((way.name, change.name), []).append(time.monotonic() - start)
            if (seconds := steps_of(output)) is not None:
                samples.setdefault((way.name, f"assemble {change.name}"), []).append(seconds)


def steps_of(output: str) -> float | None:
    """The seconds of all steps of `assemble` in the output of a build; None if it has none."""
    steps = _STEP.findall(output)
    return sum(map(float, steps)) if steps else None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.build")
    parser.add_argument("--image", required=True, help="our builder")
    parser.add_argument("--baseline", default="", help="another builder of ours, such as that of the last release")
    parser.add_argument("--python-image", required=True, help="the base of our builder's Python, for plain Dockerfiles")
    parser.add_argument("--ways", default="", help="a regular expression that a way's name contains")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--docker", default=os.environ.get("DOCKER", "docker"))
    options = parser.parse_args()
    options.s2i = subprocess.run(["make/s2i"], capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    return options


if __name__ == "__main__":
    sys.exit(main())
