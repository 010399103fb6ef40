"""The user's methods. Each signature is read once, at load, so that a call never has to guess by catching TypeError."""

import collections
import inspect
import itertools
import re

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
    "trace_parent": ("traceparent",),
}
_ROLE_OF = dict((name, role) for role, names in SPELLINGS.items() for name in names)

_TRACE_PARENT = "trace_parent"  # a role for an argument that names it, and never for `**kwargs`

# wire -> suffixes of the message hooks that it calls, in this order
SUFFIXES = {REST: ("_raw", "_rest"), GRPC: ("_raw", "_grpc")}


# How a method is called. ordered: the roles of the positional arguments. keywords: pairs (argument, role).
Plan = collections.namedtuple("Plan", "ordered keywords")


class Hooks(object):
    """The methods of one object of the user's class that are called if they exist. Each is bound once.

    trace_parent: the header `traceparent` of the request that the class works on, or "".
    """

    def __init__(self, user):
        self.user = user
        self.trace_parent = u""
        self._bound = {}

    def find(self, name, positional=(), extra=(), is_required=False, is_silent=False):
        """The adapter of a method, see `bind`; None if there is no such method.

        A method that cannot be called is left out, with one warning: it only has the name of a hook.
        is_required: raise NoMainMethod for such a method instead. is_silent: give no warning.
        """
        if name not in self._bound:
            self._bound[name] = self._find(name, positional, extra, is_required, is_silent)
        return self._bound[name]

    def _find(self, name, positional, extra, is_required, is_silent):
        try:
            adapter = bind(self.user, name, positional, extra)
            return self._with_trace_parent(adapter) if adapter and _TRACE_PARENT in adapter.roles else adapter
        except NoMainMethod as error:
            if is_required:
                raise
            if not is_silent:
                compat.log(u"%s. So it is not called" % error)
            return None

    def _with_trace_parent(self, adapter):
        def call(**roles):
            return adapter(trace_parent=self.trace_parent, **roles)
        call.roles = adapter.roles
        return call


def bind(owner, name, positional, extra=()):
    """An adapter `call(**roles) -> value` of the user's method `owner.name`; None if there is no such method.

    `adapter.roles` are the roles that the method gets.
    positional: roles in the historical order, for arguments whose names say nothing.
    extra: roles for arguments that name them, and for `**kwargs`. An argument `traceparent` gets the header of the
    request, if the method has others.
    Raises NoMainMethod if an argument without a default matches no role, and for a generator.
    """
    if not has(owner, name):
        return None
    method = getattr(owner, name)
    if compat.is_generator(method):
        raise NoMainMethod("%s.%s: expected a method that returns a value, found a generator; replace `yield`" % (
            type(owner).__name__, name))
    signature = compat.parameters_of(method)
    if signature is None:
        plan = Plan(tuple(positional), ())
    else:
        offered = positional + extra + ((_TRACE_PARENT,) if positional else ())  # else it belongs to no request
        roles = _by_order(signature, _by_name(signature, offered), positional)
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
                "%s.%s has an argument '%s' that nothing fills; give it a default, or %s" % (
                    type(owner).__name__, name, argument,
                    "name it one of: " + spellings if spellings else "give the method another name"))


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
        return lambda **roles: compat.result_of(method(*[roles[role] for role in ordered],
                                                       **dict((name, roles[role]) for name, role in keywords)))
    if ordered == ("features", "names"):
        def call(features, names, **_):
            value = method(features, names)
            return value if type(value) is not compat.COROUTINE else compat.result_of(value)
        return call
    return lambda **roles: compat.result_of(method(*[roles[role] for role in ordered]))


def has(owner, name):
    """Whether an object, or the objects of a class, have a method that does something."""
    return callable(getattr(owner, name, None)) and not is_stub(owner, name)


def is_stub(owner, name):
    """Whether an object or a class has nothing but seldon_core's stub under a name: such a hook is absent.

    Its base class has every hook, and raises in each. An error of the user's own code never makes a hook absent,
    even if it has the same type.
    """
    if inspect.isclass(owner):
        cls = owner
    elif name in getattr(owner, "__dict__", ()):
        return False
    else:
        cls = owner.__class__
    base = next((base for base in inspect.getmro(cls) if name in vars(base)), None)
    return getattr(base, "__name__", "") == "SeldonComponent" and base.__module__.split(".")[0] == "seldon_core"


def is_method(user, name):
    """Whether the object, or its class, has a method under a name. No property is read for it."""
    own = getattr(user, "__dict__", {})
    found = own[name] if name in own else getattr(user.__class__, name, None)
    return callable(found) and not is_stub(user, name)


def may_get(cls, name):
    """Whether the objects of a class may have a method that the class itself lacks.

    Its `__getattr__` may have it, or its own code may set it, for example in the constructor.
    """
    if hasattr(cls, "__getattr__"):
        return True
    pattern = r"\.%s\s*=[^=]|\bsetattr\(|\b__dict__\b|\bvars\(" % name
    return any(re.search(pattern, _source_of(base)) for base in inspect.getmro(cls) if base is not object)


def _source_of(cls):
    """The source of a class; "" if there is none."""
    try:
        return inspect.getsource(cls)
    except (EnvironmentError, TypeError):
        return ""


def methods_of(cls):
    """Names of the public methods that a class defines itself or inherits from anything but `object`."""
    return sorted(name for name in dir(cls)
                  if not name.startswith("_") and callable(getattr(cls, name)) and not hasattr(object, name))
