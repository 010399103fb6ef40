"""The class that serves an ONNX file."""

import os

import numpy as np

from ..errors import ModelNotFound
from . import engines
from .files import SUFFIX, files_in
from .inputs import arrays_of


def class_of(name, folder, engine, threads):
    """A class that serves the file `name` in `folder`, and is named after it. The file is loaded here.

    engine: ONNX_ENGINE, or None. threads: how many the engine may use.
    Raises ModelNotFound, EngineNotFound or OnnxNotLoaded.
    """
    path = os.path.join(folder, name)
    if not os.path.isfile(path):
        raise ModelNotFound("MODEL_NAME: no file '%s'. ONNX files found: %s" % (
            name, ", ".join(files_in(folder)) or "none"))
    engine, session = engines.load(path, name, engine, threads)
    stem = os.path.basename(name)[:-len(SUFFIX)]
    own = {"engine": engine, "session": session, "inputs_by_name": len(session.inputs) > 1}
    return type(stem, (OnnxModel,), own)


class OnnxModel(object):
    """engine: a module of this package. session: the model that the engine has loaded.

    inputs_by_name: whether it takes tensors of the Open Inference Protocol as a dict.
    """

    engine = session = None
    inputs_by_name = False

    def __init__(self):
        first = self.session.outputs[0]
        self.class_names = _names(first.name, first.shape) if self._has_one_output() and len(first.shape) == 2 else []

    def predict(self, X, features_names):
        """The output of the model, or a dict {output: array} if the model has several outputs. Raises BadPayload."""
        outputs = self.session.run(arrays_of(self.session.inputs, X, features_names))
        if not self._has_one_output():
            return dict(zip([tensor.name for tensor in self.session.outputs], outputs))
        self.class_names = _names(self.session.outputs[0].name, np.shape(outputs[0]))
        return outputs[0]

    def init_metadata(self):
        """The metadata of the file for `/metadata`."""
        title = "%s %s" % (self.engine.TITLE, self.session.version)
        return {"name": type(self).__name__, "platform": "onnx", "custom": {"engine": title},
                "inputs": [tensor.describe() for tensor in self.session.inputs],
                "outputs": [tensor.describe() for tensor in self.session.outputs]}

    def _has_one_output(self):
        return len(self.session.outputs) == 1


def _names(output, shape):
    """The output's name, with a number for each column if it is a matrix of several columns."""
    if len(shape) == 2 and isinstance(shape[1], int) and shape[1] > 1:
        return [u"%s:%d" % (output, column) for column in range(shape[1])]
    return [output]
