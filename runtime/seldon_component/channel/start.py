"""The first frame that a component sends: its description, or why it cannot be served.

The head of the frame is (DESCRIPTION, the result of Component.describe) or (FAILURE, text, exit code). A component that
ends without this frame has crashed, even if its exit code is that of a StartError.
"""

import collections

from .. import compat

DESCRIPTION, FAILURE = u"description", u"failure"
_LONGEST_TEXT = 1 << 14  # characters: the frame fits into the socket's buffer, so that sending it never waits

# Why a component cannot be served. text: of a StartError. exit_code: of that error, and of the component's process.
StartFailure = collections.namedtuple("StartFailure", "text exit_code")


def description_head(description):
    """The head of the frame for a loaded component. description: a dict of plain values."""
    return DESCRIPTION, description


def failure_head(error):
    """The head of the frame for a StartError."""
    return FAILURE, compat.error_text(error)[:_LONGEST_TEXT], error.exit_code


def read_head(head):
    """(description, None) or (None, StartFailure) for the head of that frame."""
    if head[0] == FAILURE:
        return None, StartFailure(*head[1:])
    return head[1], None
