"""The table of cases: test/contract/cases/*.json, a list of rows in each.

A row: name, a sentence. model, one of servers.SERVICE_TYPES. method. message, in the JSON form; where it is text, a body as
it is sent. Then either `answer`, the whole message expected with 200 (its `meta` is empty unless it is given), or `error`:
[HTTP status, reason, info], the info whole; a list of two infos stands for Python 3's words and Python 2's. `body` with
`status` is the answer of a user's exception that has its own. A key with a transport's key (rest, grpc, v2) holds what differs there; where
it holds a text, the row says nothing to that transport, for the reason that the text gives.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]
FOLDER = Path(__file__).parents[1] / "contract" / "cases"


def load(folder: Path = FOLDER) -> list[Row]:
    return [row for path in sorted(folder.glob("*.json")) for row in json.loads(path.read_text(encoding="utf-8"))]


def expected(row: Row, version: str | None) -> tuple[int, Any]:
    """(HTTP status, message) that a row expects of a model on that Python."""
    if "error" in row:
        status, reason, info = row["error"]
        if isinstance(info, list):
            info = info[version == "2.7"]
        return status, {"status": {"status": 1, "code": -1, "reason": reason, "info": info}}
    if "body" in row:
        return row["status"], row["body"]
    return 200, {"meta": {}, **row["answer"]}
