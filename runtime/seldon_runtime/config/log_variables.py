"""The variables of the log, as rows of `variables.VARIABLES`, and what follows from several of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .parsers import boolean, one_of

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARN": 30, "WARNING": 30, "ERROR": 40, "CRITICAL": 50, "FATAL": 50}
_HIGHEST = 100
_ALLOWED = "DEBUG, INFO, WARNING, ERROR, CRITICAL or a number"


class LogSettings(NamedTuple):
    """level: a number of `logging`. format: text, json or logfmt. access: whether each request has an entry.

    access_of_scrapes: whether requests for metrics have one, too.
    """

    level: int
    format: str
    access: bool
    access_of_scrapes: bool


def log_level(text: str) -> int:
    """The number of a level. WARN and FATAL are other names of WARNING and CRITICAL."""
    if re.fullmatch("[0-9]{1,3}", text):
        level = int(text)
        if not 1 <= level <= _HIGHEST:
            raise ValueError
        return level
    if text.upper() not in _LEVELS:
        raise ValueError
    return _LEVELS[text.upper()]


# fmt: off
LOG_ROWS = (
    ("LOG_LEVEL", "log_level", log_level, "INFO", _ALLOWED, "how much is logged"),
    ("SELDON_LOG_LEVEL", "seldon_log_level", log_level, None, _ALLOWED, "Seldon's name; LOG_LEVEL wins"),
    ("LOG_FORMAT", "log_format", one_of("text", "json", "logfmt"), "text", "text, json or logfmt",
     "the form of the log; json and logfmt: also of what the class prints"),
    ("ACCESS_LOG", "access_log", boolean, None, "0 or 1", "1: an entry of the log for each request"),
    ("GUNICORN_ACCESS_LOG", "gunicorn_access_log", boolean, "0", "0 or 1", "Seldon's name of ACCESS_LOG, which wins"),
    ("FILTER_METRICS_ACCESS_LOGS", "filter_scrapes", boolean, "1", "0 or 1",
     "0: the access log has the requests for metrics, too"),
)
# fmt: on


def with_seldon_level(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts of the variables, with SELDON_LOG_LEVEL as LOG_LEVEL if that is not set."""
    own, seldons = texts.get("LOG_LEVEL", "").strip(), texts.get("SELDON_LOG_LEVEL", "").strip()
    readable = seldons and not own and _is_level(seldons)
    return {**texts, "LOG_LEVEL": seldons} if readable else {**texts}


def log_settings(values: Mapping[str, Any]) -> LogSettings:
    """values: field of a variable -> its value."""
    access = values["access_log"]
    return LogSettings(
        level=values["log_level"],
        format=values["log_format"],
        access=values["gunicorn_access_log"] if access is None else access,
        access_of_scrapes=not values["filter_scrapes"],
    )


def _is_level(text: str) -> bool:
    try:
        log_level(text)
    except ValueError:  # it has an error of its own
        return False
    return True
