"""What is kept of the user's object, and how it comes back."""

import io
import sys
import traceback

from .. import compat
from ..errors import BadState, LoadFailed
from ..user_class import hooks
from . import dictionary as state_dict

DICT, PICKLE, RAW_PICKLE = u"dict", u"pickle", u"raw pickle"  # the last one is what images of 2018 stored


class State(object):
    """The state of one object of the user's class: the dict of its `get_state`, or else the pickled object."""

    def __init__(self, user):
        """Raises LoadFailed for a class that has one of `get_state` and `set_state` alone."""
        self._user = user
        self._name = u"%s.%s" % (user.__class__.__module__, user.__class__.__name__)
        has = [name for name in ("get_state", "set_state") if hooks.declares(user.__class__, name)]
        if len(has) == 1:
            raise LoadFailed("%s has %s alone; keeping its state needs get_state and set_state, or neither" % (
                self._name, has[0]))
        self._form = DICT if has else PICKLE

    def describe(self):
        """What an envelope says of the state: a dict of plain values."""
        return {u"class": self._name, u"form": self._form, u"python": compat.PYTHON_VERSION,
                u"packages": _packages()}

    def write(self, file):
        """Write the state to a binary file. Raises BadState, or whatever the user's code raises."""
        if self._form == DICT:
            state_dict.write(self._user.get_state(), file)
        else:
            compat.pickle_to(file, self._user, _itself(self._user))

    def restore(self, described, file):
        """Take over what `write` has written of another object of this class. described: its `describe`.

        Raises BadState for what cannot be this class's, or whatever the user's code raises.
        """
        other = self._read(described, file)
        if described[u"form"] == DICT:
            self._user.set_state(other)
        else:
            _adopt(self._user, other)

    def merge(self, described, file):
        """Pass it to the class's `merge_state`, or restore it where there is none."""
        if hooks.declares(self._user.__class__, "merge_state"):
            self._user.merge_state(self._read(described, file))
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
            return state_dict.read(file)
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
    """None, or the text of why a call of the state's failed; what the user's code raised is logged."""
    try:
        call()
    except BadState as error:
        return compat.error_text(error)
    except (Exception, SystemExit) as error:
        compat.log(u"%s failed:" % what, traceback.format_exc().rstrip())
        return u"%s: %s" % (type(error).__name__, compat.error_text(error))


def _itself(user):
    """persistent_id of a pickler: what refers to the object inside its own state will refer to the restored one."""
    seen = []

    def persistent_id(value):
        if value is not user:
            return None
        seen.append(value)
        return "itself" if len(seen) > 1 else None  # the first one is the whole

    return persistent_id


def _with_itself(user, other):
    """`other`, a plain unpickled object, with `user` wherever it refers to itself."""
    again = io.BytesIO()
    compat.pickle_to(again, other, _itself(other))
    again.seek(0)
    return compat.unpickle_from(again, lambda _: user)


def _no_object(_):
    raise BadState("it refers to an object that is not part of it")


def _adopt(user, other):
    """Give `user` every attribute of `other`; it keeps those that only a newer class has."""
    for name in compat.slot_names(user.__class__):
        if hasattr(other, name):
            setattr(user, name, getattr(other, name))
    if hasattr(other, "__dict__"):
        vars(user).update(vars(other))


def _packages():
    """Versions of the packages that are loaded, as far as they tell them."""
    versions = ((name, getattr(module, "__version__", None)) for name, module in list(sys.modules.items())
                if "." not in name and "-packages" in (getattr(module, "__file__", None) or ""))
    return dict((compat.to_text(name), compat.readable(version)) for name, version in versions
                if isinstance(version, (bytes, compat.text_type)))
