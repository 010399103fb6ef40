"""The results as files: tables, chart and the figures themselves."""

from __future__ import annotations

import json
import os
import platform
from datetime import date
from importlib import metadata
from pathlib import Path

from . import cases, chart, table
from .results import Result

_COSTS = {case.name for case in cases.COSTS}


def write(results: list[Result], folder: Path) -> None:
    """Print the tables; write them, `results.json` and `chart.svg` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(_tables(results))
    print(text)
    (folder / "tables.md").write_text(text, encoding="utf-8")
    (folder / "results.json").write_text(_json(results), encoding="utf-8")
    (folder / "chart.svg").write_text(chart.svg(results), encoding="utf-8")


def _json(results: list[Result]) -> str:
    """A line a result, so that two runs can be compared."""
    lines = ",\n".join(json.dumps(result.to_json()) for result in results)
    return f'{{"machine": {json.dumps(_machine())}, "results": [\n{lines}\n]}}\n'


def _tables(results: list[Result]) -> list[str]:
    compared = [result for result in results if result.case not in _COSTS]
    costs = [result for result in results if result.case in _COSTS]
    parts = [", ".join(_machine().values()) + ".\n"]
    return parts + ([table.comparisons(compared)] if compared else []) + ([table.costs(costs)] if costs else [])


def _machine() -> dict[str, str]:
    """What a figure depends on beside the code."""
    return {
        "date": date.today().isoformat(),
        "processor": f"{os.cpu_count()} cores of {_processor()}",
        "system": f"Linux {platform.release()}",
        "python": f"Python {platform.python_version()}",
        "granian": f"granian {metadata.version('granian')}",
        "grpcio": f"grpcio {metadata.version('grpcio')}",
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
