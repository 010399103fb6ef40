"""The state of the user's object: how it is written, and how it is restored."""

import io
import sys

from .. import compat, log_text
from ..errors import BadState, LoadFailed
from ..user_class import hooks
from . import dictionary

DICT, PICKLE, RAW_PICKLE = u"dict", u"pickle", u"raw pickle"  # images of 2018 stored the last form


class State(object):
    """The state of one object of the user's class: the dict of its `get_state`, or the pickled object without that."""

    def __init__(self, user):
        """Raises LoadFailed for a class that has only one of `get_state` and `set_state`."""
        self._user = user
        self._name = u"%s.%s" % (user.__class__.__module__, user.__class__.__name__)
        has = [name for name in ("get_state", "set_state") if hooks.has(user, name)]
        if len(has) == 1:
            raise LoadFailed("%s has only %s; keeping its state needs get_state and set_state, or neither" % (
                self._name, has[0]))
        self._form = DICT if has else PICKLE

    def describe(self):
        """The description of the state for its envelope: a dict of plain values."""
        return {u"class": self._name, u"form": self._form, u"python": compat.PYTHON_VERSION,
                u"packages": _packages()}

    def write(self, file):
        """Write the state to a binary file. Raises BadState, and any exception of the user's code."""
        if self._form == DICT:
            dictionary.write(compat.result_of(self._user.get_state()), file)
        else:
            compat.pickle_to(file, self._user, _itself(self._user))

    def restore(self, described, file):
        """Load the state that `write` has written of another object of this class. described: its `describe()`.

        Raises BadState for a state that does not fit this class, and any exception of the user's code.
        """
        other = self._read(described, file)
        if described[u"form"] == DICT:
            compat.result_of(self._user.set_state(other))
        else:
            _copy_attributes(other, self._user)

    def merge(self, described, file):
        """Pass the state to the class's `merge_state`; restore it if the class has none."""
        if hooks.has(self._user, "merge_state"):
            compat.result_of(self._user.merge_state(self._read(described, file)))
        else:
            self.restore(described, file)

    def _read(self, described, file):
        """The dict, or an object of the user's class."""
        form = described[u"form"]
        if form == RAW_PICKLE:
            return self._checked(_with_itself(self._user, compat.unpickle_from(file, _no_object)))
        if described[u"class"] != self._name:
            raise BadState("it is of class %s, and this is %s" % (described[u"class"], self._name))
        if form == DICT and self._form == DICT:
            return dictionary.read(file)
        if form != PICKLE:
            raise BadState("it is a %s of get_state, and %s has no set_state" % (form, self._name))
        if described[u"python"].split(u".")[0] != compat.PYTHON_VERSION.split(u".")[0]:
            raise BadState("it is a pickle of Python %s, and this is Python %s" % (
                described[u"python"], compat.PYTHON_VERSION))
        return self._checked(compat.unpickle_from(file, lambda _: self._user))

    def _checked(self, other):
        if other.__class__ is not self._user.__class__:
            found = getattr(other, "__class__", type(other))
            raise BadState("it is of class %s.%s, and this is %s" % (found.__module__, found.__name__, self._name))
        return other


def attempt(what, call):
    """Call a function of the state. None, or why it failed, as text. Logs an exception of the user's code."""
    try:
        call()
    except BadState as error:
        return compat.error_text(error)
    except:  # noqa: E722 - the user's code can raise anything
        compat.log(u"%s failed:" % what, log_text.traceback_text())
        error = sys.exc_info()[1]
        return u"%s: %s" % (error.__class__.__name__, compat.error_text(error))


def _itself(user):
    """The persistent_id of a pickler: references to the object inside its own state will mean the restored object."""
    seen = []

    def persistent_id(value):
        if value is not user:
            return None
        seen.append(value)
        return "itself" if len(seen) > 1 else None  # the first one is the object that is pickled

    return persistent_id


def _with_itself(user, other):
    """`other`, a plain unpickled object, with its references to itself replaced by `user`."""
    pickled = io.BytesIO()
    compat.pickle_to(pickled, other, _itself(other))
    pickled.seek(0)
    return compat.unpickle_from(pickled, lambda _: user)


def _no_object(_):
    raise BadState("it refers to an object that is not part of it")


def _copy_attributes(other, user):
    """Give `user` every attribute of `other`. `user` keeps the attributes that only a newer class has."""
    for name in compat.slot_names(user.__class__):
        if hasattr(other, name):
            setattr(user, name, getattr(other, name))
    if hasattr(other, "__dict__"):
        vars(user).update(vars(other))


def _packages():
    """Versions of the loaded packages that have a `__version__`."""
    versions = ((name, getattr(module, "__version__", None)) for name, module in list(sys.modules.items())
                if "." not in name and "-packages" in (getattr(module, "__file__", None) or ""))
    return dict((compat.to_text(name), compat.readable(version)) for name, version in versions
                if isinstance(version, (bytes, compat.text_type)))
