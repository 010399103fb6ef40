"""The user's methods, each with its signature read once, at load: a call never guesses by catching TypeError."""

import inspect

from .. import compat
from ..errors import NoMainMethod
from ..payload import GRPC, REST

# role -> the spellings that wrappers of all generations have used for it
SPELLINGS = {
    "features": ("X", "features", "features_list", "data"),
    "names": ("features_names", "feature_names", "feature_names_list", "features_names_list", "names"),
    "meta": ("meta", "metadata"),
    "routing": ("routing",),
    "reward": ("reward",),
    "truth": ("truth",),
    "message": ("msg", "request", "message"),
}
_ROLE_OF = dict((name, role) for role, names in SPELLINGS.items() for name in names)

# wire -> endings of the hooks for whole messages that it calls, the first one first
SUFFIXES = {REST: ("_raw", "_rest"), GRPC: ("_raw", "_grpc")}


def bind(owner, name, positional, extra=()):
    """Adapter `call(**roles) -> value` of the user's method `owner.name`, or None if there is no such method.
    Its `roles` are those that the method gets.

    positional: roles in the historical order, for arguments whose names say nothing.
    extra: roles that are passed only to an argument that names them, or to `**kwargs`.
    Raises NoMainMethod when an argument without a default matches no role.
    """
    method = getattr(owner, name, None)
    if not callable(method) or _is_a_placeholder(owner.__class__, name):
        return None
    signature = compat.parameters_of(method)
    plan = (list(positional), []) if signature is None else _plan(owner, name, signature, positional, extra)
    adapter = _adapter(method, *plan)
    adapter.roles = frozenset(plan[0]).union(role for _, role in plan[1])
    return adapter


def _plan(owner, name, signature, positional, extra):
    """([role of each positional argument], [(keyword, role)]) for one signature."""
    offered = set(positional) | set(extra)
    known = dict((argument, _ROLE_OF[argument]) for argument in signature.names + signature.keyword_only
                 if _ROLE_OF.get(argument) in offered)
    left = [role for role in positional if role not in known.values()]
    ordered, keywords = [], []
    for argument in signature.names:
        role = known.get(argument) or (left.pop(0) if left else None)
        if role is None and argument not in signature.optional:
            raise NoMainMethod(_unfillable(owner, name, argument, positional, extra))
        if role is None or len(ordered) < signature.names.index(argument):
            keywords.extend([(argument, role)] if role else [])
        else:
            ordered.append(role)
    for argument in signature.keyword_only:
        if argument not in known and argument not in signature.optional:
            raise NoMainMethod(_unfillable(owner, name, argument, positional, extra))
        keywords.extend([(argument, known[argument])] if argument in known else [])
    if signature.varargs:
        ordered.extend(left)
    elif signature.varkw:
        keywords.extend((SPELLINGS[role][0], role) for role in left)
    if signature.varkw and (signature.names or not signature.varargs):  # (*args, **kwargs): a decorator's
        keywords.extend((SPELLINGS[role][0], role) for role in extra if role not in known.values())
    return ordered, keywords


def _adapter(method, ordered, keywords):
    if keywords:
        return lambda **roles: method(*[roles[role] for role in ordered],
                                      **dict((name, roles[role]) for name, role in keywords))
    if ordered == ["features", "names"]:
        return lambda features, names, **_: method(features, names)
    return lambda **roles: method(*[roles[role] for role in ordered])


def _unfillable(owner, name, argument, positional, extra):
    spellings = ", ".join(SPELLINGS[role][0] for role in tuple(positional) + tuple(extra))
    return "%s.%s has an argument '%s' that nothing fills; give it a default, or name it one of: %s" % (
        type(owner).__name__, name, argument, spellings)


def declares(cls, name):
    """Whether a class has a method of its own, or inherits one that does something."""
    return callable(getattr(cls, name, None)) and not _is_a_placeholder(cls, name)


def _is_a_placeholder(cls, name):
    """Whether it is but the one of seldon_core's base class, which has every hook and raises in each."""
    owner = next((one for one in inspect.getmro(cls) if name in vars(one)), None)
    return getattr(owner, "__name__", "") == "SeldonComponent" and owner.__module__.split(".")[0] == "seldon_core"


def methods_of(cls):
    """Names of the public methods that a class defines itself or inherits from anything but `object`."""
    return sorted(name for name in dir(cls)
                  if not name.startswith("_") and callable(getattr(cls, name)) and not hasattr(object, name))
