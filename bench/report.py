"""Writes the results as files: tables, chart and figures."""

from __future__ import annotations

import json
import os
import platform
from datetime import date
from importlib import metadata
from pathlib import Path

from . import cases, chart, table
from .results import MEASURES, Result

_COSTS = {case.name for case in cases.COSTS}


def write(results: list[Result], folder: Path) -> None:
    """Print the tables; write them, `results.json` and `chart.svg` into `folder`."""
    _write(_tables(results), results, folder)
    (folder / "chart.svg").write_text(chart.svg(results), encoding="utf-8")


def write_against_baseline(results: list[Result], folder: Path) -> None:
    """Print the tables of both checkouts and of the gain of workers and batches; write them and `results.json`."""
    compared = [result for result in results if table.limit_of(result)]
    gains = [table.comparisons(compared)] if compared else []
    _write([table.against_baseline(results), *gains], results, folder)


def line(result: Result) -> str:
    """One result, before the tables: the medians of all servers."""
    medians = ", ".join(f"{name} {result.median(name):.5g}" for name in result.samples)
    return f"{result.case}: {medians} ({MEASURES[result.measure].unit})"


def _write(tables: list[str], results: list[Result], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([", ".join(_machine().values()) + ".\n", *tables])
    print(text)
    (folder / "tables.md").write_text(text, encoding="utf-8")
    (folder / "results.json").write_text(_json(results), encoding="utf-8")


def _json(results: list[Result]) -> str:
    """One line for each result, so that `diff` can compare two runs."""
    lines = ",\n".join(json.dumps(result.to_json()) for result in results)
    return f'{{"machine": {json.dumps(_machine())}, "results": [\n{lines}\n]}}\n'


def _tables(results: list[Result]) -> list[str]:
    compared = [result for result in results if result.case not in _COSTS]
    costs = [result for result in results if result.case in _COSTS]
    return ([table.comparisons(compared)] if compared else []) + ([table.costs(costs)] if costs else [])


def _machine() -> dict[str, str]:
    """Machine and libraries, on which the figures depend as well."""
    return {
        "date": date.today().isoformat(),
        "processor": f"{os.cpu_count()} cores of {_processor()}",
        "system": f"Linux {platform.release()}",
        "python": f"Python {platform.python_version()}",
        "uvloop": f"uvloop {metadata.version('uvloop')}",
        "grpcio": f"grpcio {metadata.version('grpcio')}",
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
