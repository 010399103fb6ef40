"""MLflow's models: a folder with a file MLmodel, called by its flavour python_function, which each library has."""

import os
import platform

import numpy as np

from .. import compat
from ..errors import BadPayload
from ..onnx.inputs import arrays_of
from ..onnx.tensor import Tensor
from .adapter import FileAdapter, Written, bytes_after
from .columns import Columns

# key of a flavour -> (title, package, module)
_LIBRARIES = {
    u"sklearn_version": (u"scikit-learn", u"scikit-learn", "sklearn"),
    u"xgb_version": (u"XGBoost", u"xgboost", "xgboost"),
    u"lgb_version": (u"LightGBM", u"lightgbm", "lightgbm"),
    u"catboost_version": (u"CatBoost", u"catboost", "catboost"),
    u"keras_version": (u"Keras", u"keras", "keras"),
    u"pytorch_version": (u"PyTorch", u"torch", "torch"),
}


class Model(FileAdapter):
    """Its signature has the names and the types of its columns or tensors; without one, the data are passed on."""

    PLATFORM = "mlflow"

    @staticmethod
    def written(path):
        found = [Written(u"MLflow", u"mlflow", "mlflow", _value(path, u"mlflow_version"))]
        return found + [Written(*(library + (_value(path, key),))) for key, library in sorted(_LIBRARIES.items())
                        if _value(path, key)] + [_WrittenPython(_value(path, u"python_version"))]

    def __init__(self, path, threads):
        import mlflow.pyfunc
        import pandas

        self._pandas = pandas
        self._model = mlflow.pyfunc.load_model(os.path.dirname(path))
        inputs, outputs = self._model.metadata.get_input_schema(), self._model.metadata.get_output_schema()
        self._results = _tensors(outputs, u"predict") if outputs is not None else []
        self._is_named = bool(inputs is not None and inputs.has_input_names())
        if inputs is not None and inputs.is_tensor_spec():
            self.tensors = _tensors(inputs, u"x")
        elif inputs is not None:
            types = [_dtype(each.type) for each in inputs.inputs]
            self.columns = Columns(inputs.input_names() if self._is_named else [], len(types), types)
            self._dates = [index for index, dtype in enumerate(types) if dtype is not None and dtype.kind == "M"]

    def call(self, method, data, names):
        if self.tensors is not None:
            found = arrays_of(self.tensors, data, names)
            named = dict(zip([tensor.name for tensor in self.tensors], found))
            return self._model.predict(named if self._is_named else found[0])
        if self.columns is None:
            return self._model.predict(self._passed_on(data, names))
        if not self._is_named:
            return self._model.predict(self._pandas.DataFrame(self.columns.rows(data, names)))
        return self._model.predict(self._table(data, names))

    def _table(self, data, names):
        columns = self.columns.typed(data, names)
        for index in self._dates:
            columns[index] = self._date(columns[index], self.columns.names[index])
        return self._pandas.DataFrame(dict(zip(self.columns.names, columns)), columns=self.columns.names)

    def _date(self, values, name):
        try:
            return self._pandas.to_datetime(values)
        except (TypeError, ValueError) as error:
            raise BadPayload(u"column '%s': expected dates, found %s" % (name, compat.error_text(error)))

    def _passed_on(self, data, names):
        if isinstance(data, np.ndarray) and data.ndim == 2 and len(names) == data.shape[1]:
            return self._pandas.DataFrame(data, columns=names).infer_objects()
        return self._pandas.DataFrame(data) if isinstance(data, list) else data

    def outputs(self, method):
        return self._results


class _WrittenPython(Written):
    """The Python that wrote the model: only its minor version matters."""

    def __init__(self, version):
        super(_WrittenPython, self).__init__(u"Python", u"python", "platform", version)

    def installed(self):
        return compat.to_text(platform.python_version())

    def remark(self):
        if not self.version or self.version.split(".")[:2] == self.installed().split(".")[:2]:
            return None
        return u"written by Python %s, but %s is installed; if it does not load, use the builder for Python %s" % (
            self.version, self.installed(), u".".join(self.version.split(".")[:2]))


def _value(path, key):
    """Of a key that stands on one line of the file, which is YAML; None without it."""
    return bytes_after(path, br"(?:^|\n)\s*" + key.encode("ascii") + br":\s*['\"]?([0-9][^\s'\"]*)")


def _tensors(schema, usual):
    """List of Tensor for a schema of tensors or of columns. Those of columns have one size, the rows."""
    return [Tensor(compat.to_text(each.name or usual), _dtype(each.type),
                   tuple(None if size < 0 else int(size) for size in getattr(each, "shape", (-1,))))
            for each in schema.inputs]


def _dtype(kind):
    """numpy's dtype of a type in a schema; None for arrays, objects and maps."""
    if isinstance(kind, np.dtype):
        return np.dtype(object) if kind.kind in "OUS" else kind
    if not hasattr(kind, "to_numpy"):
        return None
    found = np.dtype(kind.to_numpy())
    return np.dtype(object) if found.kind in "OUS" else found
