"""Which Pythons get no security fixes any more."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, timezone
from pathlib import Path

from .build import Build
from .progress import Note

TABLE = Path(__file__).with_name("pythons.json")
_SERVER = f"{sys.version_info.major}.{sys.version_info.minor}"


def ended(version: str, today: date) -> str | None:
    """The month (YYYY-MM) with the last fixes of a Python, if that month is over; None if not, or if it is unknown."""
    rows = json.loads(TABLE.read_text())["variable"]["PYTHONS"]["default"]
    until: str | None = next((row["until"] for row in rows if row["version"] == version), None)
    return until if until and until < f"{today:%Y-%m}" else None


def tell(build: Build, note: Note) -> None:
    """Say in one line that the model's Python gets no fixes, if this is so."""
    version = build.python.version
    if until := ended(version, datetime.fromtimestamp(build.started, timezone.utc).date()):
        note(f"Python {version} has had no security fixes since {until}. The server in front of it runs on Python {_SERVER}.")
