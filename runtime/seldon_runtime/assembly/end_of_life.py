"""Which Pythons there are, and which get no security fixes any more."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from pathlib import Path

from ..model.inline import interpreter
from .build import Build
from .progress import Note

TABLE = Path(__file__).with_name("pythons.json")


def ended(version: str, today: date) -> str | None:
    """The month (YYYY-MM) of a Python's last fixes, if that month is over; None if it is not, or if it is unknown."""
    until = _table().get(version)
    return until if until and until < f"{today:%Y-%m}" else None


def versions() -> list[str]:
    """Of all Pythons that there are builders for."""
    return list(_table())


def _table() -> dict[str, str]:
    """The month of the last fixes of each version."""
    rows = json.loads(TABLE.read_text(encoding="utf-8"))["variable"]["PYTHONS"]["default"]
    return {row["version"]: row["until"] for row in rows}


def sentence(version: str, until: str, of_server: str) -> str:
    """What the build prints: the model's version, the month of its last fixes, and the server's version."""
    server = f"The server in front of it runs on Python {of_server}."
    return f"Python {version} has had no security fixes since {until}. {server}"


def tell(build: Build, note: Note) -> None:
    """Say so in one line, if the model's Python gets no fixes."""
    version = build.python.version
    if until := ended(version, datetime.fromtimestamp(build.started, timezone.utc).date()):
        note(sentence(version, until, interpreter.VERSION))
