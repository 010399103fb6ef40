"""Models of CatBoost. A classifier has predict_proba, as one of scikit-learn has."""

import numpy as np

from .. import compat
from .adapter import FileAdapter, Written, bytes_after
from .columns import Columns

_VERSION = br"Branch: tags/v([0-9]+\.[0-9]+[0-9.]*)"  # of the build, which the file describes


class Model(FileAdapter):
    PLATFORM = "catboost"

    @staticmethod
    def written(path):
        return [Written(u"CatBoost", u"catboost", "catboost", bytes_after(path, _VERSION))]

    def __init__(self, path, threads):
        import catboost

        model = catboost.CatBoost().load_model(path)
        if len(model.classes_):
            model = catboost.CatBoostClassifier().load_model(path)
            self.methods = ("predict_proba", "predict")
        self._model, self._threads = model, threads
        names = [compat.to_text(name) for name in model.feature_names_]
        self._texts = sorted(set(model.get_cat_feature_indices()) | set(model.get_text_feature_indices()))
        has_names = names != [compat.to_text(index) for index in range(len(names))]
        types = [np.dtype(object if index in self._texts else float) for index in range(len(names))]
        self.columns = Columns(names if has_names else [], len(names), types if self._texts else None)

    def call(self, method, data, names):
        rows = self.columns.rows(data, names) if self._texts else self.columns.numbers(data, names)
        if self._texts:
            rows = rows.astype(object)
            for index in self._texts:
                rows[:, index] = [_category(value) for value in rows[:, index]]
        options = {"thread_count": self._threads}
        return np.asarray(getattr(self._model, method)(rows, **options))

    def class_names(self, method):
        return [compat.to_text(label) for label in self._model.classes_] if method == "predict_proba" else []


def _category(value):
    """A category as CatBoost has it: text. A number of JSON that is whole is an integer."""
    return compat.to_text(int(value) if isinstance(value, float) and value.is_integer() else value)
