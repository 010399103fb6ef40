"""The log on standard error, and text as it shows it: no client and no exception can forge a line of it or fill it."""

import fcntl
import os
import re
import sys

_log_descriptor = None  # of `keep_standard_error`
LONGEST = 20000  # characters of one entry's line, and of its traceback
_LONGEST_NOTE = 60  # characters of what stands in the place of the middle of a text
# control characters but the tab, and the marks that separate lines or change the direction of the text
_CONTROL = re.compile(u"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def one_line(text):
    """The text in one line, with an escape such as \\n for each control character."""
    return _CONTROL.sub(_escape, shortened(text, LONGEST))


def indented(text):
    """The lines of a traceback, each behind two spaces: so none of them can pass for the beginning of an entry."""
    return u"\n".join(u"  " + _CONTROL.sub(_escape, line) for line in shortened(text, LONGEST).split(u"\n"))


def shortened(text, longest):
    """The text, of at most `longest` characters: the middle of a longer one is left out. Bytes stay bytes."""
    if len(text) <= longest:
        return text
    half = (longest - _LONGEST_NOTE) // 2
    return "%s ... (%d characters are left out here) ... %s" % (text[:half], len(text) - 2 * half, text[-half:])


def keep_standard_error(descriptor=2):
    """Have `write` use a copy of this descriptor, so that the user's code may close or replace the stream.

    One that is no standard descriptor is closed.
    """
    global _log_descriptor
    try:
        replaced, _log_descriptor = _log_descriptor, os.dup(descriptor)
        fcntl.fcntl(_log_descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        for surplus in (replaced, descriptor if descriptor > 2 else None):
            if surplus is not None:
                os.close(surplus)
    except OSError:
        pass  # the process has none


def kept_descriptor():
    """What `write` writes to; None: the stream."""
    return _log_descriptor


def write(text):
    """Write text to standard error. Raises nothing, also if the user's code has closed or replaced the stream."""
    try:
        data = text.encode("utf-8", "backslashreplace")
        if _log_descriptor is None:
            sys.stderr.write(text if isinstance(u"", str) else data)
            sys.stderr.flush()
            return
        while data:
            data = data[os.write(_log_descriptor, data):]
    except Exception:
        pass  # nobody can read it


def traceback_text():
    """The traceback of the exception being handled, as text. If the exception's own code raises: without its words."""
    import traceback  # here, because a server that only moves into another Python reads this file, too

    trace = sys.exc_info()[2]
    try:
        return traceback.format_exc().rstrip()
    except BaseException:
        return "".join(traceback.format_tb(trace)).rstrip()


def user_traceback(folder):
    """The traceback of the exception being handled, from the first frame in `folder` on, as text."""
    import traceback

    kind, error, trace = sys.exc_info()
    frames = traceback.extract_tb(trace)
    first = next((i for i, frame in enumerate(frames) if frame[0].startswith(folder)), len(frames))
    try:
        words = traceback.format_exception_only(kind, error)
    except BaseException:  # of the exception's own code
        words = ["%s\n" % type(error).__name__]
    return "".join(traceback.format_list(frames[first:]) + words).rstrip()


def flush_streams():
    """Write out what the user's code has printed, where its streams can be written to."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # closed, replaced, or None


def _escape(match):
    return match.group().encode("unicode_escape").decode("ascii")
