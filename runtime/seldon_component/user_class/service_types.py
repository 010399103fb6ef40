"""The five service types: which methods each has, and with which arguments."""

from ..errors import NoMainMethod
from . import hooks

# service type -> its main methods, of which a class must have at least one
MAIN_METHODS = {
    "MODEL": ("predict",),
    "ROUTER": ("route",),
    "TRANSFORMER": ("transform_input", "transform_output"),
    "COMBINER": ("aggregate",),
    "OUTLIER_DETECTOR": ("score",),
}
_FEATURES = ("features", "names")
# method -> the historical order of its arguments
ARGUMENTS = {
    "predict": _FEATURES,
    "route": _FEATURES,
    "transform_input": _FEATURES,
    "transform_output": _FEATURES,
    "aggregate": _FEATURES,
    "score": _FEATURES,
    "send_feedback": _FEATURES + ("reward", "truth", "routing"),
}
METHODS = tuple(method for method in ARGUMENTS if method != "score")  # those that a wire asks for
ROUTER_FEEDBACK = _FEATURES + ("routing", "reward", "truth")


def check_class(cls, service_type):
    """Raises NoMainMethod when the class cannot be of that service type."""
    if not main_methods(cls, service_type):
        raise NoMainMethod("SERVICE_TYPE=%s needs a method %s, which class %s lacks. Methods found: %s" % (
            service_type, " or ".join(MAIN_METHODS[service_type]), cls.__name__,
            ", ".join(hooks.methods_of(cls)) or "none"))


def main_methods(cls, service_type):
    """Those main methods of the service type that the class has, under their own names or as message hooks."""
    endings = set([""]).union(*hooks.SUFFIXES.values())
    return [name for name in MAIN_METHODS[service_type]
            if any(hooks.declares(cls, name + ending) for ending in (endings if name in METHODS else [""]))]
