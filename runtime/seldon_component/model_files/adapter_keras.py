"""Models of Keras, in its own format. Keras reads KERAS_BACKEND; its libraries have to be installed as well."""

import json
import zipfile

import numpy as np

from .. import compat
from ..onnx.inputs import arrays_of
from ..onnx.tensor import Tensor
from .adapter import FileAdapter, Written


class Model(FileAdapter):
    PLATFORM = "keras"

    @staticmethod
    def written(path):
        with zipfile.ZipFile(path) as archive:
            is_there = "metadata.json" in archive.namelist()
            metadata = json.loads(archive.read("metadata.json").decode("utf-8")) if is_there else {}
        return [Written(u"Keras", u"keras", "keras", metadata.get("keras_version"))]

    def __init__(self, path, threads):
        import keras

        self._model = keras.models.load_model(path, compile=False)
        self.tensors = [_tensor(each) for each in self._model.inputs]
        self._results = [_tensor(each, name) for each, name in zip(self._model.outputs, _output_names(self._model))]

    def call(self, method, data, names):
        arrays = arrays_of(self.tensors, data, names)
        result = self._model.predict_on_batch(arrays if len(arrays) > 1 else arrays[0])
        if isinstance(result, dict):
            return dict((compat.to_text(name), np.asarray(value)) for name, value in result.items())
        if isinstance(result, (list, tuple)):
            return dict((tensor.name, np.asarray(value)) for tensor, value in zip(self._results, result))
        return np.asarray(result)

    def outputs(self, method):
        return self._results


def _output_names(model):
    """In Keras 3, a Sequential has none: its output is that of its last layer."""
    return getattr(model, "output_names", None) or [model.layers[-1].name]


def _tensor(of_keras, name=None):
    dtype = getattr(of_keras.dtype, "name", of_keras.dtype)  # TensorFlow has objects, Keras 3 has text
    name = compat.to_text((name or of_keras.name).split(":")[0])
    return Tensor(name, np.dtype(object if dtype == "string" else dtype), tuple(of_keras.shape))
