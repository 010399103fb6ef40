"""The user's methods. Each signature is read once, at load, so that a call never has to guess by catching TypeError."""

import collections
import inspect
import itertools

from .. import compat
from ..errors import NoMainMethod
from ..payload import GRPC, REST

# role -> the names of arguments that the wrappers of all generations have used for it
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

# wire -> suffixes of the message hooks that it calls, in this order
SUFFIXES = {REST: ("_raw", "_rest"), GRPC: ("_raw", "_grpc")}


# How a method is called. ordered: the roles of the positional arguments. keywords: pairs (argument, role).
Plan = collections.namedtuple("Plan", "ordered keywords")


def bind(owner, name, positional, extra=()):
    """An adapter `call(**roles) -> value` of the user's method `owner.name`; None if there is no such method.

    `adapter.roles` are the roles that the method gets.
    positional: roles in the historical order, for arguments whose names say nothing.
    extra: roles for arguments that name them, and for `**kwargs`.
    Raises NoMainMethod if an argument without a default matches no role.
    """
    method = getattr(owner, name, None)
    if not callable(method) or is_stub(owner, name):
        return None
    signature = compat.parameters_of(method)
    if signature is None:
        plan = Plan(tuple(positional), ())
    else:
        roles = _by_order(signature, _by_name(signature, positional + extra), positional)
        _check_filled(owner, name, signature, roles, positional + extra)
        plan = _plan(signature, roles, positional, extra)
    adapter = _adapter(method, plan)
    adapter.roles = frozenset(plan.ordered).union(role for _, role in plan.keywords)
    return adapter


def _by_name(signature, offered):
    """argument -> role, for the arguments whose names say what they are."""
    return dict((argument, _ROLE_OF[argument]) for argument in signature.names + signature.keyword_only
                if _ROLE_OF.get(argument) in offered)


def _by_order(signature, named, positional):
    """`named` and, for the positional arguments that are left, the roles that are left, in the historical order."""
    unnamed = [argument for argument in signature.names if argument not in named]
    return dict(zip(unnamed, _left(positional, named)), **named)


def _left(roles, filled):
    return [role for role in roles if role not in filled.values()]


def _check_filled(owner, name, signature, roles, offered):
    for argument in signature.names + signature.keyword_only:
        if argument not in roles and argument not in signature.optional:
            spellings = ", ".join(SPELLINGS[role][0] for role in offered)
            raise NoMainMethod(
                "%s.%s has an argument '%s' that nothing fills; give it a default, or name it one of: %s" % (
                    type(owner).__name__, name, argument, spellings))


def _plan(signature, roles, positional, extra):
    """The Plan of a method. roles: argument -> role; an argument without one keeps its default."""
    ordered = [roles[argument] for argument in itertools.takewhile(roles.__contains__, signature.names)]
    later = signature.names[len(ordered):] + signature.keyword_only
    keywords = [(argument, roles[argument]) for argument in later if argument in roles]
    if signature.varargs:
        ordered += _left(positional, roles)
    elif signature.varkw:
        keywords += _spelled(_left(positional, roles))
    if signature.varkw and (signature.names or not signature.varargs):  # (*args, **kwargs) is a decorator's
        keywords += _spelled(_left(extra, roles))
    return Plan(tuple(ordered), tuple(keywords))


def _spelled(roles):
    return [(SPELLINGS[role][0], role) for role in roles]


def _adapter(method, plan):
    ordered, keywords = plan
    if keywords:
        return lambda **roles: method(*[roles[role] for role in ordered],
                                      **dict((name, roles[role]) for name, role in keywords))
    if ordered == ("features", "names"):
        return lambda features, names, **_: method(features, names)
    return lambda **roles: method(*[roles[role] for role in ordered])


def declares(cls, name):
    """Whether a class has a method of its own, or inherits one that does something."""
    return callable(getattr(cls, name, None)) and not _inherits_stub(cls, name)


def is_stub(owner, name):
    """Whether an object has nothing but seldon_core's stub under a name: such a hook is absent."""
    return name not in getattr(owner, "__dict__", ()) and _inherits_stub(owner.__class__, name)


def _inherits_stub(cls, name):
    """Whether it is the stub inherited from seldon_core's base class, which has every hook and raises in each.

    An error of the user's own code never makes a hook absent, whatever its type.
    """
    owner = next((base for base in inspect.getmro(cls) if name in vars(base)), None)
    return getattr(owner, "__name__", "") == "SeldonComponent" and owner.__module__.split(".")[0] == "seldon_core"


def methods_of(cls):
    """Names of the public methods that a class defines itself or inherits from anything but `object`."""
    return sorted(name for name in dir(cls)
                  if not name.startswith("_") and callable(getattr(cls, name)) and not hasattr(object, name))
