"""The one form of what the server logs."""

from __future__ import annotations

import logging
from typing import Any

from seldon_component.log_text import indented, one_line


class LogFormatter(logging.Formatter):
    """An entry is one line, and a traceback behind it is indented: see seldon_component.log_text."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(name)s %(levelname)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, exc_info: Any) -> str:
        return str(indented(super().formatException(exc_info)))
