"""seldon_runtime.system.log_format: nothing that an entry quotes can pass for another entry."""

import json
import logging
import sys

from seldon_component.payload import Payload
from seldon_runtime.messages import Request
from seldon_runtime.system import log
from seldon_runtime.system.log_format import LogFormatter

FORGED = "2018-05-04 00:00:00,000 model INFO: all is well"


def formatted(message, *arguments, exc_info=None):
    return LogFormatter("text").format(logging.LogRecord("model", logging.ERROR, "", 0, message, arguments, exc_info))


def test_a_message_is_one_line():
    assert formatted("it failed: %s", f"x\n{FORGED}\r").endswith(f" model ERROR: it failed: x\\n{FORGED}\\r")


def test_a_traceback_is_indented():
    try:
        raise ValueError(f"x\n{FORGED}")
    except ValueError:
        lines = formatted("a request failed", exc_info=sys.exc_info()).split("\n")
    assert lines[0].endswith(" model ERROR: a request failed")
    assert lines[1] == "  Traceback (most recent call last):"
    assert lines[-1] == f"  {FORGED}"
    assert all(line.startswith("  ") for line in lines[1:])


def test_an_entry_about_a_request_has_its_ids():
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    request = Request("predict", Payload(meta={"puid": "p"}), trace_parent=f"00-{trace}-00f067aa0ba902b7-01")
    record = logging.LogRecord("model", logging.ERROR, "", 0, "it failed", (), None)
    vars(record).update(request.log_fields)
    found = json.loads(LogFormatter("json").format(record))
    assert (found["message"], found["puid"], found["trace.id"]) == ("it failed", "p", trace)
    assert LogFormatter("text").format(record).endswith(" model ERROR: it failed")


def test_every_logger_has_this_form(monkeypatch, capfd):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    log.set_up(logging.WARNING)
    logging.getLogger("flask.app").warning("Exception on %s", f"/\n{FORGED}")
    logging.getLogger("flask.app").info("not shown")
    log.flush()
    assert capfd.readouterr().err.endswith(f" flask.app WARNING: Exception on /\\n{FORGED}\n")
