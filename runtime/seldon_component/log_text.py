"""Text as the log shows it: no client, and no exception, can forge a line of the log or fill it."""

import re

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


def _escape(match):
    return match.group().encode("unicode_escape").decode("ascii")
