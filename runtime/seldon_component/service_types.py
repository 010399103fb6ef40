"""The five service types: which methods each has, and with which arguments."""

from . import hooks, raw
from .errors import NoMainMethod

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
    wanted = MAIN_METHODS[service_type]
    endings = set().union(*raw.SUFFIXES.values())
    enough = wanted + tuple(name + ending for name in wanted for ending in endings if name in METHODS)
    if not any(hooks.declares(cls, name) for name in enough):
        raise NoMainMethod("SERVICE_TYPE=%s needs a method %s, which class %s lacks. Methods found: %s" % (
            service_type, " or ".join(wanted), cls.__name__, ", ".join(hooks.methods_of(cls)) or "none"))
