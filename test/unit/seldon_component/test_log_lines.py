"""seldon_component.log_lines: an entry in JSON and logfmt is one line that a collector reads."""

import json
import logging
import re
import sys

import pytest
from seldon_component.log_lines import LONGEST, Entry, LineFormatter, line_of

FIELDS = [("puid", "p 1"), ("trace.id", "4bf9"), ("http.response.status_code", 200), ("httpRequest", {"status": 200})]
ENTRY = Entry(1764153105.1239, logging.WARNING, "MyModel", 'so "it"\nis', None, FIELDS)
FORMATS = pytest.mark.parametrize("form", ["json", "logfmt"])


def test_json_has_the_names_of_ecs_in_its_order_and_those_of_google():
    assert line_of(ENTRY, "json") == (
        '{"@timestamp":"2025-11-26T10:31:45.123Z","log.level":"warning","message":"so \\"it\\"\\nis","ecs.version":"1.6.0",'
        '"severity":"WARNING","time":"2025-11-26T10:31:45.123Z","log.logger":"MyModel","puid":"p 1","trace.id":"4bf9",'
        '"http.response.status_code":200,"httpRequest":{"status": 200}}')


def test_logfmt_quotes_what_has_spaces_and_leaves_nested_values_out():
    assert line_of(ENTRY, "logfmt") == (
        'ts=2025-11-26T10:31:45.123Z level=warning msg="so \\"it\\"\\nis" logger=MyModel puid="p 1" trace_id=4bf9 '
        "http_response_status_code=200")


@pytest.mark.parametrize(("level", "severity"), [
    (5, "DEBUG"), (10, "DEBUG"), (20, "INFO"), (25, "INFO"), (30, "WARNING"), (40, "ERROR"), (50, "CRITICAL"), (99, "CRITICAL")])
def test_each_level_has_a_severity_that_google_knows(level, severity):
    assert json.loads(line_of(ENTRY._replace(level=level), "json"))["severity"] == severity


@FORMATS
@pytest.mark.parametrize("text", ["x" * 100_000, "\N{PILE OF POO}" * 50_000, "\x00" * 100_000, '"' * 30_000, "\udc80" * 20_000])
def test_no_line_is_longer_than_16_kib_and_a_cut_one_says_so(form, text):
    line = line_of(ENTRY._replace(message=text, traceback=text, logger=text, fields=[("puid", text)] * 3), form)
    assert len(line.encode()) + 1 <= LONGEST == 16 * 1024
    assert line.isprintable()
    assert "characters are left out here" in line


@FORMATS
def test_a_line_that_fits_is_not_cut(form):
    text = "x" * 15_000
    assert text in line_of(ENTRY._replace(message=text), form)


def test_a_traceback_is_inside_the_line():
    try:
        raise KeyError("nothing")
    except KeyError:
        record = logging.LogRecord("m", logging.ERROR, "", 0, "it %s", ("failed",), sys.exc_info())
    found = json.loads(LineFormatter("json").format(record))
    assert (found["message"], found["error.type"]) == ("it failed", "KeyError")
    assert re.fullmatch(r"Traceback \(most recent call last\):\n.*\nKeyError: 'nothing'", found["error.stack_trace"], re.DOTALL)
