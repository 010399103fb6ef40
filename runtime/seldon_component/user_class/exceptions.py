"""Turns an exception of the user's code into the error that the client reads and the lines that the log gets."""

import sys

from .. import compat
from ..codec import values
from ..errors import LONGEST_INFO, ModelError
from ..log_text import shortened, traceback_text


def model_error_of(what, meta):
    """The ModelError for the exception being handled, which `what` raised. Logs its traceback with the request's puid.

    meta: of the request. An exception with a `status_code` of 300 to 599 keeps it, and its `reason`, or the dict of its
    `to_dict()`. A code of success does not fit a failure.
    """
    error = sys.exc_info()[1]
    compat.log(u"%s raised (puid %s):" % (what, meta.get(u"puid", u"none")), traceback_text())
    info = u"%s raised %s: %s" % (what, _class_name(error), compat.error_text(error))
    status_code, reason = _attribute(error, "status_code"), _attribute(error, "reason")
    if isinstance(status_code, bool) or not isinstance(status_code, int) or not 300 <= status_code <= 599:
        return ModelError(info)
    return ModelError(info, status_code=int(status_code), body=_body(error),
                      reason=compat.to_text(reason) if isinstance(reason, (bytes, compat.text_type)) else None)


def _class_name(error):
    return (_attribute(error, "__class__") or type(error)).__name__


def _attribute(error, name):
    """An attribute of an exception; None without it, and if its code raises."""
    try:
        return getattr(error, name, None)
    except BaseException:
        return None


def _body(error):
    to_dict = _attribute(error, "to_dict")
    if not callable(to_dict):
        return None
    try:
        body = _with_short_texts(values.plain(to_dict()))
    except BaseException as second:
        compat.log(u"%s's to_dict raised %s" % (_class_name(error), compat.error_text(second)))
        return None
    return body if isinstance(body, dict) else None


def _with_short_texts(value):
    """Plain values, each text cut like the text of an exception, which a `to_dict` often repeats."""
    if isinstance(value, dict):
        return dict((key, _with_short_texts(element)) for key, element in value.items())
    if isinstance(value, list):
        return [_with_short_texts(element) for element in value]
    return shortened(value, LONGEST_INFO) if isinstance(value, compat.text_type) else value
