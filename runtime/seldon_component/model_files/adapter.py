"""The interface of all libraries. A module `adapter_NAME` has a class `Model` for the files of its library."""

import importlib
import os
import re
import warnings

import numpy as np

from .. import compat
from ..errors import EngineNotFound, OnnxNotLoaded
from ..onnx.tensor import Tensor
from ..user_class import system_libraries
from . import files

_NO_MODULE = re.compile(r"No module named '?([\w.]+)'?")
# module -> the package that has it, where the names differ
_PACKAGES = {"sklearn": "scikit-learn", "joblib": "scikit-learn", "mlflow": "mlflow", "yaml": "PyYAML"}


class LibraryNotFound(EngineNotFound):
    """The library of a model file is not installed."""


class FileNotLoaded(OnnxNotLoaded):
    """The library cannot load the file, or the file is outside of the model's folder."""


class Written(object):
    """The library that wrote a file. package: its name for pip. version: the file's, None if it does not say."""

    def __init__(self, title, package, module, version):
        self.title, self.package, self.module, self.version = title, package, module, version

    def installed(self):
        """The version that is installed; None if none is."""
        try:
            return compat.to_text(importlib.import_module(self.module).__version__)
        except (ImportError, AttributeError):
            return None

    def remark(self):
        """A sentence if another version is installed, else None."""
        installed = self.installed()
        if not installed or not self.version or _release(installed) == _release(self.version):
            return None
        return u"written by %s %s, but %s is installed; results may differ; put %s==%s into requirements.txt" % (
            self.title, self.version, installed, self.package, self.version)

    @property
    def requirement(self):
        return u"%s==%s" % (self.package, self.version) if self.version else self.package


class FileAdapter(object):
    """One loaded file.

    PLATFORM: of the metadata. methods: what MODEL_METHOD may be; the first one is the default.
    columns: Columns of a table. tensors: list of Tensor. At most one of them is not None.
    """

    PLATFORM = ""
    methods = ("predict",)
    columns = tensors = None
    seen_version = None  # of the library that wrote the file, if only loading it tells
    library = u""  # its title and version, once the file is loaded

    @staticmethod
    def written(path):
        """List of Written for the file, of which the first is the library itself. It imports no library."""
        raise NotImplementedError

    def __init__(self, path, threads):
        """path: absolute. threads: how many the library may use."""
        raise NotImplementedError

    def call(self, method, data, names):
        """The result for the data of a request: an array, or a dict {output: array}. Raises BadPayload."""
        raise NotImplementedError

    def outputs(self, method):
        """List of Tensor; [] if the file does not say. They are those of a row of zeros."""
        if self.columns is None or not self.columns.are_numbers:
            return []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = np.asarray(self.call(method, np.zeros((1, self.columns.count)), []))
        return [Tensor(compat.to_text(method), result.dtype, (None,) + result.shape[1:])]

    def class_names(self, method):
        """Names of the columns of the result, or []."""
        return []


def load(path, name, kind, threads):
    """The loaded `Model` of a file. name: the file's in errors. Raises LibraryNotFound or FileNotLoaded."""
    module = importlib.import_module(__package__ + ".adapter_" + kind.adapter)
    written = module.Model.written(path)
    try:
        loaded = module.Model(path, threads)
    except (LibraryNotFound, FileNotLoaded):
        raise
    except ImportError as error:
        raise _not_found(path, name, kind, written, error)
    except Exception as error:
        raise _not_loaded(path, name, kind, written, error)
    written[0].version = written[0].version or loaded.seen_version
    for remark in filter(None, [each.remark() for each in written]):
        compat.log(u"%s: %s" % (name, remark))
    loaded.library = u"%s %s" % (kind.title, written[0].installed())
    return loaded


def _not_loaded(path, name, kind, written, error):
    words = compat.error_text(error).split(u"\nStack trace:")[0]  # of C++
    text = u"%s: %s" % (type(error).__name__, words.strip())
    of_the_system = system_libraries.advice(text)
    if of_the_system:
        return LibraryNotFound(u"%s: %s cannot be imported: %s%s" % (name, kind.title, text, of_the_system))
    return FileNotLoaded(u"%s: %s cannot load it: %s\n%s" % (name, kind.title, text, _advice(path, written, text)))


def _advice(path, written, text):
    found = files.found_in(path)
    if found:
        return found
    remark = written[0].remark()
    if remark:
        return u"It was %s." % remark
    if "pickle protocol" in text:
        return u"A newer Python wrote it: use the builder for that Python, or write it with an older protocol."
    return u"Save the model again, with the library that requirements.txt names, or write a class that loads it."


def _not_found(path, name, kind, written, error):
    found = _NO_MODULE.search(compat.error_text(error))
    module = found.group(1).split(".")[0] if found else ""
    if not module:
        return _not_loaded(path, name, kind, written, error)
    package = _PACKAGES.get(module, module)
    required = next((each.requirement for each in written if each.package == package), package)
    title = next((each.title for each in written if each.package == package), module)
    folder = os.path.dirname(name)
    if folder and os.path.isfile(os.path.join(os.path.dirname(path), "requirements.txt")):  # as MLflow writes it
        required = u"-r %s/requirements.txt" % folder
    return LibraryNotFound(u"%s: %s is not installed. Add %s to requirements.txt" % (name, title, required))


def bytes_after(path, pattern):
    """The first group of a pattern of bytes in a file, as text; None if it is not there."""
    with open(path, "rb") as file:
        found = re.search(pattern, file.read(), re.DOTALL)
    return found.group(1).decode("ascii", "replace") if found else None


def require_inside(path, folder, name):
    """Raises FileNotLoaded for a file that a link leads out of the folder: loading it may run its code."""
    inside = os.path.realpath(folder) + os.sep
    if not os.path.realpath(path).startswith(inside):
        raise FileNotLoaded(
            u"MODEL_NAME: expected a file in %s, found %s, which is a link to %s; copy the file into the source" % (
                folder, name, os.path.realpath(path)))


def _release(version):
    """The numbers of a version, without what follows them."""
    return re.match(r"[\d.]*", version).group().rstrip(".")
