"""Models of scikit-learn, and those with its interface, in a pickle. Loading a pickle runs what it says."""

import importlib
import pickle
import re
import warnings

import numpy as np

from .. import compat
from ..errors import BadPayload
from ..onnx.tensor import Tensor
from .adapter import FileAdapter, FileNotLoaded, Written, bytes_after
from .columns import Columns
from .names import METHODS

# predict_proba comes first, as in Seldon's own server for scikit-learn
_METHODS = ("predict_proba", "predict") + tuple(sorted(set(METHODS) - {"predict_proba", "predict"}, key=METHODS.index))
# the version stands behind this key: opcodes that remember the key and begin a text, of protocol 2 and later
_VERSION = (br"_sklearn_version(?:q.|r.{4}|\x94)?(?:X.{4}|\x8c.|U.)"
            br"([0-9]+(?:\.[0-9]+)+(?:(?:rc|a|b|\.dev|\.post)[0-9]+)*)")
_OF_WARNING = re.compile(r"from version ([\w.]+) when using version")
_LIBRARIES = ("sklearn", "xgboost", "lightgbm", "catboost")  # whose estimators compute the same with an array
_JOBLIBS = ("joblib", "sklearn.externals.joblib")  # the second one belongs to scikit-learn 0.20 and older


class Model(FileAdapter):
    """Its columns are those of the data that the model was trained with, if it knows them."""

    PLATFORM = "sklearn"

    @staticmethod
    def written(path):
        return [Written(u"scikit-learn", u"scikit-learn", "sklearn", bytes_after(path, _VERSION))]

    def __init__(self, path, threads):
        self._model = self.read(path)
        self.methods = tuple(name for name in _METHODS if callable(getattr(self._model, name, None)))
        _require_estimator(self._model, self.methods, path)
        first = _first_step(self._model)
        self._takes_text = hasattr(first, "build_analyzer")  # of a vectorizer: one text an instance
        self.columns = None if self._takes_text else _columns_of(self._model)
        self._frame = _frame_type(self._model) if self._needs_names() else None
        _limit_threads(self._model, threads)

    def _needs_names(self):
        """Whether the model may look at the names of its columns. A DataFrame takes sklearn five times as long."""
        if self.columns is None or not self.columns.names:
            return False
        warnings.filterwarnings("ignore", "X does not have valid feature names")
        return not self.columns.are_numbers or any(_may_select(part) for part in _parts_of(self._model))

    def read(self, path):
        """The object in the file. The library warns for each part that another version wrote: here, one line does."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model = _unpickled(path)
        for warning in caught:
            found = _OF_WARNING.search(compat.error_text(warning.message))
            if found:
                self.seen_version = compat.to_text(found.group(1))
            else:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
        return model

    def call(self, method, data, names):
        call = getattr(self._model, method)
        if self._takes_text:
            return call(_texts(data))
        rows = self.columns.numbers(data, names) if self.columns.are_numbers else self.columns.rows(data, names)
        return call(rows if self._frame is None else self._frame(rows, columns=self.columns.names).infer_objects())

    def outputs(self, method):
        classes = getattr(self._model, "classes_", None)
        if not isinstance(classes, np.ndarray):
            return super(Model, self).outputs(method)
        if method in ("predict_proba", "predict_log_proba"):
            return [Tensor(compat.to_text(method), np.dtype(float), (None, len(classes)))]
        dtype = np.dtype(object) if classes.dtype.kind in "OUS" else classes.dtype
        return [Tensor(u"predict", dtype, (None,))] if method == "predict" else []

    def class_names(self, method):
        classes = getattr(self._model, "classes_", None)
        has_names = method in ("predict_proba", "predict_log_proba") and isinstance(classes, np.ndarray)
        return [compat.to_text(label) for label in classes.tolist()] if has_names else []


def _require_estimator(model, methods, path):
    """Raises FileNotLoaded for an object without a method, and for a Booster, whose method takes no array."""
    if not methods:
        raise FileNotLoaded(u"%s: expected a model with a method predict, found %s; name the file of the model in "
                            u"MODEL_NAME, or write a class" % (path, type(model).__name__))
    if type(model).__module__ == "xgboost.core":
        raise FileNotLoaded(u"%s: expected a model with the interface of scikit-learn, found XGBoost's Booster; "
                            u"save it with booster.save_model('model.ubj')" % path)


def _unpickled(path):
    for module in _JOBLIBS:
        if compat.module_exists(module):
            return importlib.import_module(module).load(path)
    with open(path, "rb") as file:
        return pickle.load(file)


def _first_step(model):
    """The first step of a pipeline, at any depth; the model itself if it is none."""
    model = getattr(model, "best_estimator_", model)
    steps = getattr(model, "steps", None)
    return _first_step(steps[0][1]) if steps else model


def _columns_of(model):
    count = getattr(model, "n_features_in_", None)
    if count is None:
        count = getattr(_first_step(model), "n_features_in_", None)
    names = [compat.to_text(name) for name in getattr(model, "feature_names_in_", ())]
    return Columns(names, None if count is None else int(count), [None] * int(count or 0) if _has_text(model) else None)


def _has_text(model):
    """Whether some columns are text: the first step is not one for numbers alone."""
    first = _first_step(model)
    if hasattr(first, "transformers"):
        return any(_has_text(step) for _, step, _ in first.transformers_ if not isinstance(step, str))
    categories = getattr(first, "categories_", ())
    if hasattr(first, "build_analyzer") or any(np.asarray(each).dtype.kind in "OUS" for each in categories):
        return True
    return np.asarray(getattr(first, "statistics_", 0.0)).dtype.kind == "O"  # of an imputer


def _frame_type(model):
    """pandas' DataFrame, in which the names reach the model; None without pandas."""
    if compat.module_exists("pandas"):
        import pandas

        return pandas.DataFrame
    transformers = getattr(_first_step(model), "transformers", ())
    if any(isinstance(column, compat.text_type) for _, _, columns in transformers
           for column in (columns if isinstance(columns, list) else [columns])):
        raise ImportError("No module named 'pandas', by which the model selects columns")
    return None


def _parts_of(model):
    """The model and all estimators in it."""
    get_params = getattr(model, "get_params", None)
    parameters = get_params().values() if get_params else ()
    return [model] + [value for value in parameters if hasattr(value, "get_params")]


def _may_select(part):
    """Whether an estimator may select columns by name: a ColumnTransformer, or code that is not a library's."""
    has_others = any(hasattr(part, name) for name in ("transformers", "transformer_list", "func"))
    return has_others or type(part).__module__.split(".")[0] not in _LIBRARIES


def _texts(data):
    texts = [data] if isinstance(data, compat.text_type) else np.ravel(np.asarray(data)).tolist()
    for text in texts:
        if not isinstance(text, compat.text_type):
            raise BadPayload(u"data: expected one text an instance, found %r" % (text,))
    return texts


def _limit_threads(model, threads):
    """A model that was trained with n_jobs=-1 would start a process or thread for each CPU of the host."""
    set_params, get_params = getattr(model, "set_params", None), getattr(model, "get_params", None)
    if not set_params or not get_params:
        return
    found = [name for name, value in get_params().items()
             if name.split("__")[-1] in ("n_jobs", "thread_count") and value is not None]
    if found:
        set_params(**dict((name, threads) for name in found))
