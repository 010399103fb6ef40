"""What the class prints while it works on a request: entries with the ids of that request, for JSON and logfmt.

All else that is printed goes to the descriptor as usual, where the server's process for it makes entries of it.
"""

import io
import logging
import os
import sys
import time

from . import log_context, log_lines, log_text

_STREAMS = (("stdout", 1), ("stderr", 2))


def replace_streams():
    """Replace `sys.stdout` and `sys.stderr`."""
    for name, descriptor in _STREAMS:
        lines = _Lines(name, descriptor)
        setattr(sys, name, _text_stream(lines) if isinstance(u"", str) else _ByteStream(lines))


def _text_stream(lines):
    raw = io.BufferedWriter(_Raw(lines))
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)


class _Lines(object):
    """Takes bytes. Complete lines of a request become entries."""

    def __init__(self, name, descriptor):
        self.name = name
        self.descriptor = descriptor
        self._begun = b""  # of a line of a request

    def write(self, data):
        fields = log_context.fields()
        if fields:
            parts = (self._begun + data).split(b"\n")
            self._begun = parts.pop()
            for line in parts:
                self._log(line, fields)
            if len(self._begun) < log_lines.LONGEST:
                return
        data, self._begun = self._begun + (b"" if fields else data), b""
        while data:
            data = data[os.write(self.descriptor, data):]

    def _log(self, line, fields):
        text = line.rstrip(b"\r").rpartition(b"\r")[2].decode("utf-8", "replace")
        if text:
            entry = log_lines.Entry(time.time(), logging.INFO, u"%s" % self.name, text, None, fields)
            log_text.write(log_lines.line_of(entry, log_lines.chosen_format()) + u"\n")


class _Raw(io.RawIOBase):
    """The stream below `sys.stdout` of Python 3."""

    def __init__(self, lines):
        io.RawIOBase.__init__(self)
        self._lines = lines
        self.name = "<%s>" % lines.name

    def writable(self):
        return True

    def fileno(self):
        return self._lines.descriptor

    def write(self, data):
        data = bytes(data)
        self._lines.write(data)
        return len(data)


class _ByteStream(object):
    """`sys.stdout` of Python 2."""

    encoding = "UTF-8"
    errors = "backslashreplace"
    mode = "w"
    closed = False
    softspace = 0  # for the statement `print`

    def __init__(self, lines):
        self._lines = lines
        self.name = "<%s>" % lines.name

    def write(self, text):
        self._lines.write(text if isinstance(text, bytes) else text.encode("utf-8"))

    def writelines(self, texts):
        for text in texts:
            self.write(text)

    def flush(self):
        """Nothing waits here."""

    def close(self):
        """As a closed stream of Python, it takes no more."""
        self.closed = True

    def isatty(self):
        return False

    def fileno(self):
        return self._lines.descriptor
