"""The class that serves a model file."""

import os

from .. import compat
from ..errors import BadParameters, ModelNotFound
from ..onnx.tensor import has_datatype
from . import adapter, files, names


def class_of(name, folder, method, threads):
    """A class that serves the file `name` in `folder`, and is named after it. The file is loaded here.

    method: MODEL_METHOD, or None for the usual one. threads: how many the library may use.
    Raises ModelNotFound, LibraryNotFound, FileNotLoaded or BadParameters.
    """
    path = os.path.join(folder, name)
    kind = files.kind_of(path)
    if kind is None:
        raise ModelNotFound(_no_model(name, folder))
    adapter.require_inside(path, folder, name)
    loaded = adapter.load(path, name, kind, threads)
    own = {"loaded": loaded, "usual_method": checked_method(loaded, method, "MODEL_METHOD"),
           "inputs_by_name": len(loaded.tensors or ()) > 1}
    return type(str(names.name_of(name)), (FileModel,), own)


def checked_method(loaded, method, field):
    """The method to call. Raises BadParameters for one that the model lacks."""
    if method is None:
        return loaded.methods[0]
    if method not in loaded.methods:
        raise BadParameters(u"%s: expected one of the model's methods %s, found '%s'" % (
            field, u", ".join(loaded.methods), method))
    return method


def _no_model(name, folder):
    found = u", ".join(files.models_in(folder)) or u"none"
    if os.path.isfile(os.path.join(folder, name)):
        return u"MODEL_NAME: '%s' is not a model that can be served without code%s. Model files found: %s" % (
            name, u"".join(u"; " + line for line in files.almost_models_in(folder) if line.startswith(name)), found)
    return u"MODEL_NAME: no file '%s'. Model files found: %s" % (name, found)


class FileModel(object):
    """loaded: a FileAdapter. usual_method: what is called, unless a parameter of the graph says otherwise.

    inputs_by_name: whether it takes tensors of the Open Inference Protocol as a dict.
    """

    loaded = usual_method = None
    inputs_by_name = False

    def __init__(self, method=None):
        """method: as the parameter of Seldon's own servers."""
        self.method = self.usual_method
        if method is not None:
            self.method = checked_method(self.loaded, method, "PREDICTIVE_UNIT_PARAMETERS: method")
        self.feature_names = self.loaded.columns.names if self.loaded.columns else []
        self.class_names = self.loaded.class_names(self.method)
        self._outputs = _outputs(self.loaded, self.method)

    def predict(self, X, features_names):
        """The result of the model's method. Raises BadPayload."""
        return self.loaded.call(self.method, X, features_names)

    def init_metadata(self):
        """The metadata of the file for `/metadata`."""
        if self.loaded.columns is not None:
            inputs = self.loaded.columns.describe()
        else:
            inputs = [tensor.describe() for tensor in self.loaded.tensors or ()]
        custom = {"method": self.method, "library": self.loaded.library}
        return {"name": type(self).__name__, "platform": self.loaded.PLATFORM, "custom": custom, "inputs": inputs,
                "outputs": [tensor.describe() for tensor in self._outputs]}


def _outputs(loaded, method):
    """What the file says of its outputs; [] if it does not, also if the model cannot compute a row of zeros."""
    try:
        return [tensor for tensor in loaded.outputs(method) if has_datatype(tensor.dtype)]
    except Exception as error:
        compat.log(u"the outputs are not known, because zeros cannot be computed: %s" % compat.error_text(error))
        return []
