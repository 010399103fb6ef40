"""The model's folder on `sys.path`. Our own parts never import from it, and the class finds its own modules there."""

import os
import sys

_OURS = "seldon_component"
_kept = []  # modules that the class has its own ones for; Python 2 would empty a module that nothing refers to


def enter(folder, at_start):
    """Make the imports of the class those of plain `python` in its folder. Called once our own imports are complete.

    A file of the folder may be named like a module of the standard library that only our own parts have imported. The
    class then gets its file. at_start: the names of the modules that the interpreter had imported by itself.
    """
    sys.path[:] = [folder] + [path for path in sys.path if path not in ("", folder)]
    own = modules_in(folder)
    for name in list(sys.modules):
        top = name.split(".")[0]
        if top in own and name not in at_start and top != _OURS:
            _kept.append(sys.modules.pop(name))


def modules_in(folder):
    """The name of each module and package in a folder -> its file, or folder."""
    return dict((entry.split(".")[0], entry) for entry in os.listdir(folder) if _may_be_a_module(folder, entry))


def _may_be_a_module(folder, entry):
    if entry.endswith((".py", ".so")):
        return True
    return os.path.isfile(os.path.join(folder, entry, "__init__.py"))
