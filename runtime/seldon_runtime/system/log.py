"""The server's log. A thread of its own writes it, so that a reader who stops reading holds up nobody else."""

from __future__ import annotations

import logging
import os
import sys
from functools import partial

from seldon_component import class_logging, log_lines, log_text, print_streams

from .line_writer import LineWriter
from .log_format import LogFormatter, lost_entry
from .prints import close_prints, wrap_prints

_OURS = __name__.partition(".")[0]


class LogHandler(logging.Handler):
    """Hands entries to a LineWriter."""

    def __init__(self, writer: LineWriter, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        """Never blocks, never raises."""
        try:
            self._writer.put(self.format(record))
        except Exception:  # the arguments do not fit the message
            self._writer.lose()

    def flush(self) -> None:
        """Wait until all is written, but no longer than a second."""
        self._writer.flush()


_writers: list[LineWriter] = []  # that of the server


def set_up(level: int, form: str = log_lines.TEXT, is_inline: bool = False) -> None:
    """Have all loggers of this process write to standard error, in a format of LOG_FORMAT.

    The server's own do so through a handler and a descriptor of their own. So an inline class may configure the root
    logger, and close the stream. Call this before any thread is started.
    """
    descriptor = os.dup(sys.stderr.fileno()) if form == log_lines.TEXT else wrap_prints(form)
    log_lines.use_format(form)
    writer, ours = LineWriter(descriptor, partial(lost_entry, form)), logging.getLogger(_OURS)
    _writers.append(writer)
    handler = LogHandler(writer, LogFormatter(form))
    if is_inline or form != log_lines.TEXT:  # the class may close the stream, or it is not that of the log any more
        log_text.keep_standard_error(os.dup(descriptor))
    if is_inline:
        class_logging.set_up(level, LogHandler(writer, log_lines.class_formatter()))
        if form != log_lines.TEXT:
            print_streams.replace_streams()
    else:
        logging.basicConfig(level=level, handlers=[handler])
    ours.addHandler(handler)
    ours.setLevel(level)
    ours.propagate = False


def enable() -> None:
    """Enable the server's own loggers again, if an inline class has called `logging.config`, which disables them."""
    for name, logger in [*logging.root.manager.loggerDict.items()]:
        if name.partition(".")[0] == _OURS and isinstance(logger, logging.Logger):
            logger.disabled = False


def flush() -> None:
    """Write what is left in the log and in the streams. Returns after a second or two, even if nobody reads."""
    for writer in _writers:
        writer.finish(log_text.flush_streams)
    close_prints()
