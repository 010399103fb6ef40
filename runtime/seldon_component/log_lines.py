"""An entry of the log in each LOG_FORMAT: text for people, JSON or logfmt for programs (docs/operations.md, "Logs")."""

import collections
import json
import logging
import re
import time

from . import log_context, log_text

TEXT, JSON, LOGFMT = "text", "json", "logfmt"
LONGEST = 16384  # bytes of a line of JSON or logfmt with its end; container runtimes split longer ones
LONGEST_FIELD = 200  # characters of what is no message and no traceback
_ECS_VERSION = u"1.6.0"
_LEVELS = ((logging.CRITICAL, u"CRITICAL"), (logging.ERROR, u"ERROR"), (logging.WARNING, u"WARNING"),
           (logging.INFO, u"INFO"))
_BARE = re.compile(u"[!#-<>-~]+$")  # a value that logfmt does not quote
_format = TEXT

# time: seconds since 1970. level: a number of `logging`. traceback: text or None.
# fields: (name, value) pairs, with the names of ECS; a dict among the values is written in JSON only.
Entry = collections.namedtuple("Entry", "time level logger message traceback fields")


def use_format(name):
    """Choose the format of `log` and `log_failure` in this process."""
    global _format
    _format = name


def chosen_format():
    """What `use_format` has chosen; at first TEXT."""
    return _format


def line_of(entry, form):
    """The entry as one line without its end, in JSON or logfmt; at most LONGEST - 1 bytes, all of them ASCII."""
    write, longest = (_json if form == JSON else _logfmt), log_text.LONGEST
    while True:
        traceback = entry.traceback and log_text.shortened(entry.traceback, longest)
        line = write(entry._replace(message=log_text.shortened(entry.message, longest), traceback=traceback))
        if len(line) < LONGEST or longest < LONGEST_FIELD:  # the fields alone are shorter
            return line
        longest //= 2


def log(line, *tracebacks):
    """Write an error of the user's code to standard error: a line, and tracebacks. All are text."""
    if _format == TEXT:
        parts = [log_text.one_line(line)] + [log_text.indented(each) for each in tracebacks]
        log_text.write(u"\n".join(parts) + u"\n")
    else:
        _write(line, u"\n".join(tracebacks) or None)


def log_failure(text):
    """Write why the process ends: lines of text, which are one entry."""
    if _format == TEXT:
        log_text.write(text + u"\n")
    else:
        _write(text, None)


def _write(message, traceback):
    entry = Entry(time.time(), logging.ERROR, u"seldon_component", message, traceback, log_context.fields())
    log_text.write(line_of(entry, _format) + u"\n")


class LineFormatter(logging.Formatter):
    """Records of `logging` in a format. An entry in text is one line, with an indented traceback behind it."""

    def __init__(self, form):
        logging.Formatter.__init__(self)
        self._form = form

    def fields_of(self, record):
        """The fields of an entry, for a subclass: see Entry."""
        return []

    def text_behind(self, record):
        """What follows the message in text."""
        return u""

    def format(self, record):
        message, traceback = _readable(record.getMessage()), self._traceback(record)
        if self._form == TEXT:
            head = u"%s %s %s: " % (self.formatTime(record), _readable(record.name), record.levelname)
            line = head + log_text.one_line(message) + self.text_behind(record)
            return line if traceback is None else line + u"\n" + log_text.indented(traceback)
        fields = list(self.fields_of(record))
        if record.exc_info and record.exc_info[0]:
            fields.append((u"error.type", _readable(record.exc_info[0].__name__)))
        entry = Entry(record.created, record.levelno, _readable(record.name), message, traceback, fields)
        return line_of(entry, self._form)

    def _traceback(self, record):
        parts = [self.formatException(record.exc_info)] if record.exc_info else []
        if getattr(record, "stack_info", None):
            parts.append(record.stack_info)
        return u"\n".join([_readable(part) for part in parts]) or None


def class_formatter():
    """A formatter of the class's own records, in the chosen format: with the ids of the request that it works on."""
    return _ClassFormatter(_format)


class _ClassFormatter(LineFormatter):
    def fields_of(self, record):
        return log_context.fields()

    def text_behind(self, record):
        ids = [u"%s %s" % (name.partition(u".")[0], log_text.one_line(value)) for name, value in log_context.fields()]
        return u" (%s)" % u", ".join(ids) if ids else u""


def _json(entry):
    severity, at = _severity(entry.level), _rfc3339(entry.time)
    pairs = [(u"@timestamp", at), (u"log.level", severity.lower()), (u"message", entry.message),
             (u"ecs.version", _ECS_VERSION), (u"severity", severity), (u"time", at),
             (u"log.logger", _short(entry.logger))]
    pairs += [(name, _short(value)) for name, value in entry.fields]
    if entry.traceback is not None:
        pairs.append((u"error.stack_trace", entry.traceback))
    return u"{%s}" % u",".join([u"%s:%s" % (_dumped(name), _dumped(value)) for name, value in pairs])


def _logfmt(entry):
    pairs = [(u"ts", _rfc3339(entry.time)), (u"level", _severity(entry.level).lower()), (u"msg", entry.message),
             (u"logger", _short(entry.logger))]
    pairs += [(name.replace(u".", u"_"), _short(value)) for name, value in entry.fields if not isinstance(value, dict)]
    if entry.traceback is not None:
        pairs.append((u"error_stack_trace", entry.traceback))
    return u" ".join([u"%s=%s" % (name, _logfmt_value(value)) for name, value in pairs])


def _logfmt_value(value):
    text = u"%s" % (value,)
    return text if _BARE.match(text) else _dumped(text)


def _dumped(value):
    return _readable(json.dumps(value))


def _short(value):
    return log_text.shortened(value, LONGEST_FIELD) if isinstance(value, type(u"")) else value


def _severity(level):
    return next((name for least, name in _LEVELS if level >= least), u"DEBUG")


def _rfc3339(seconds):
    milliseconds = int(seconds * 1000)
    return u"%s.%03dZ" % (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000)), milliseconds % 1000)


def _readable(text):
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
