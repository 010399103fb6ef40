"""The forms of what the server logs: see seldon_component.log_lines."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from seldon_component import log_lines

_OURS = __name__.partition(".")[0]


class LogFormatter(log_lines.LineFormatter):
    """An entry is one line, in text with an indented traceback behind it.

    A record may have `fields`, (name, value) pairs with the names of ECS. JSON and logfmt have them.
    """

    def __init__(self, form: str) -> None:
        """form: one of LOG_FORMAT."""
        log_lines.LineFormatter.__init__(self, form)

    def fields_of(self, record: logging.LogRecord) -> Sequence[tuple[str, Any]]:
        fields: Sequence[tuple[str, Any]] = getattr(record, "fields", ())
        return fields


def plain_entry(form: str, logger: str, text: str, level: int = logging.INFO) -> str:
    """A line of JSON or logfmt for what is no record of `logging`."""
    line: str = log_lines.line_of(log_lines.Entry(time.time(), level, logger, text, None, ()), form)
    return line


def lost_entry(form: str, lost: int) -> str:
    """The line that tells how many entries were lost."""
    text = f"{lost} entries of the log were lost, because nobody read it"
    return text if form == log_lines.TEXT else plain_entry(form, _OURS, text, logging.WARNING)
