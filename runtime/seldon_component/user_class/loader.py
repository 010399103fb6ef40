"""Finds the module that MODEL_NAME names, takes the class from it, and constructs one instance."""

import importlib
import inspect
import os
import sys

from .. import compat, log_text
from ..errors import BadParameters, ClassNotFound, ImportFailed, LoadFailed, ModelNotFound
from . import hooks, missing_packages, system_libraries

_STAND_INS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "stand_ins")
_PARAMETER = "PREDICTIVE_UNIT_PARAMETERS: "
_FOR_THE_SERVER = ("push_frequency",)  # the server reads these parameters: a constructor need not take them


def load_class(name, folder):
    """The class that `name` (`MyModel`, `package.module.MyModel`) means. Modules in `folder` come first.

    Packages that only Seldon's images have come last.
    Raises ModelNotFound, ClassNotFound or ImportFailed. Each text lists what was found.
    """
    if folder not in sys.path:
        sys.path.insert(0, folder)
    if _STAND_INS not in sys.path:
        sys.path.append(_STAND_INS)
    class_name = name.rpartition(".")[2]
    modules = [_import(module, folder) for module in _candidates(name) if _exists(module, folder)]
    if not modules:
        raise ModelNotFound(_no_module(name, folder))
    for module in modules:
        found = getattr(module, class_name, None)
        if inspect.isclass(found):
            return found
    raise ClassNotFound(_no_class(modules[-1], class_name) + _hidden_file(modules[-1], folder))


def construct(cls, parameters, folder):
    """A loaded instance of the user's class. parameters: dict of constructor arguments.

    Raises BadParameters if the constructor does not take them, LoadFailed if the constructor or `load()` raises.
    """
    parameters = check_arguments(cls, parameters)
    try:
        instance = cls(**parameters)
        load = hooks.Hooks(instance).find("load")
        if load:
            load()
        return instance
    except:  # noqa: E722 - the user's code can raise anything
        reason = log_text.user_traceback(folder)
        raise LoadFailed("%s could not be loaded:\n%s%s" % (cls.__name__, reason, _advice(reason)))


def check_arguments(cls, parameters):
    """The parameters that the constructor gets of these. Raises BadParameters if it does not take them."""
    signature = compat.parameters_of(cls)
    if signature is None:
        return parameters
    parameters = _without_server_parameters(parameters, signature)
    _check_parameters(cls, parameters, signature)
    return parameters


def _candidates(name):
    parent = name.rpartition(".")[0]
    return [parent, name] if parent else [name]


def _exists(module, folder):
    try:
        return compat.module_exists(module)
    except:  # noqa: E722
        raise ImportFailed(_import_failed(module, folder))


def _import(module, folder):
    try:
        return importlib.import_module(module)
    except:  # noqa: E722
        raise ImportFailed(_import_failed(module, folder))


def _import_failed(module, folder):
    reason = log_text.user_traceback(folder)
    return "MODEL_NAME: importing %s failed:\n%s%s" % (module, reason, _advice(reason))


def _advice(reason):
    """What to do about a traceback, with a line break before it; "" if nothing is known."""
    return system_libraries.advice(reason) or missing_packages.advice(reason)


def _no_module(name, folder):
    from ..model_files import files  # here, because most names are right

    found = [entry for entry in sorted(os.listdir(folder)) if _is_python(folder, entry)]
    text = "MODEL_NAME: no module for '%s'; expected %s.py with a class of that name. Python files found: %s" % (
        name, name.replace(".", "/"), ", ".join(found) or "none")
    found = files.models_in(folder)
    if found:
        text += ". Model files found, which are named with their suffix: " + ", ".join(found)
    return text


def _is_python(folder, entry):
    """Whether a file is a module, or a folder a package."""
    if entry.endswith(".py"):
        return entry != "setup.py"
    return os.path.isfile(os.path.join(folder, entry, "__init__.py"))


def _no_class(module, class_name):
    found = sorted(name for name, value in vars(module).items()
                   if inspect.isclass(value) and value.__module__ == module.__name__)
    return "MODEL_NAME: %s has no class '%s'. Classes found: %s" % (
        module.__name__, class_name, ", ".join(found) or "none")


def _hidden_file(module, folder):
    """A line on the file that was meant, if another module of its name comes first; "" if there is none."""
    meant = os.path.join(folder, *module.__name__.split(".")) + ".py"
    found = getattr(module, "__file__", None) or "a module of Python itself"
    if not os.path.isfile(meant) or os.path.splitext(found)[0] == os.path.splitext(meant)[0]:
        return ""
    return "\n%s is %s, which hides %s; rename one of them" % (module.__name__, found, os.path.basename(meant))


def _without_server_parameters(parameters, signature):
    def is_taken(name):
        return name not in _FOR_THE_SERVER or signature.varkw or name in signature.names + signature.keyword_only
    return dict((name, value) for name, value in parameters.items() if is_taken(name))


def _check_parameters(cls, parameters, signature):
    taken = signature.names + signature.keyword_only
    words = "; %s takes: %s" % (cls.__name__, ", ".join(taken) or "no arguments")
    for name in sorted(parameters):
        if name not in taken and not signature.varkw:
            raise BadParameters(_PARAMETER + "'%s' is not an argument of the constructor" % name + words)
    for name in taken:
        if name not in signature.optional and name not in parameters:
            raise BadParameters(_PARAMETER + "'%s' is missing and has no default" % name + words)
