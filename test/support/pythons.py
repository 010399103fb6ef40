"""The Pythons that the tests run models on."""

from __future__ import annotations

import json
import sys
from typing import NamedTuple

from support.server import ROOT


class Row(NamedTuple):
    """A line of the table. until: the month of the last security fixes, YYYY-MM."""

    version: str
    builder: str
    image: str
    until: str


_VARIABLES = json.loads((ROOT / "docker-bake.json").read_text(encoding="utf-8"))["variable"]
TABLE = tuple(Row(**row) for row in _VARIABLES["PYTHONS"]["default"])
DEFAULT: str = _VARIABLES["PYTHON_VERSION"]["default"]  # of the images: the plain tag, and the server
CURRENT = f"{sys.version_info.major}.{sys.version_info.minor}"  # of these tests: DEFAULT, where `make venv` has found it
# The kinds of interpreters: Python 2, one without dataclasses and newer numpys, and the server's own, which inline shares.
# Those between run test/contract/test_pythons.py alone, because each costs as much as these.
MODEL_VERSIONS = ("2.7", "3.6", CURRENT)
# the others that are a line's oldest or newest, 3.8, the default of Seldon's own images, and 3.10, whose numpy no other has
OTHER_VERSIONS = ("3.7", "3.8", "3.10", TABLE[-1].version)
SERVER_ENDS = ("3.10", TABLE[-1].version)  # the oldest and the newest that a server runs on
