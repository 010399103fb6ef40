"""Boosters of XGBoost, called as Seldon's own server calls them: Booster.predict with a DMatrix."""

import re

import numpy as np

from .adapter import FileAdapter, Written, bytes_after
from .columns import Columns

_JSON = br'"version"\s*:\s*\[(\d+\s*,\s*\d+\s*,\s*\d+)\]'
_UBJ = br"version\[#L.{7}\x03(i.i.i.|(?:i.){3})"  # of integers of one byte


class Model(FileAdapter):
    PLATFORM = "xgboost"

    @staticmethod
    def written(path):
        text = bytes_after(path, _JSON)
        version = ".".join(re.findall(r"\d+", text)) if text else _ubj_version(path)
        return [Written(u"XGBoost", u"xgboost", "xgboost", version)]

    def __init__(self, path, threads):
        import xgboost

        self._matrix = xgboost.DMatrix
        self._booster = xgboost.Booster({"nthread": threads}, model_file=path)
        self._threads = threads
        self._types = self._booster.feature_types
        self.columns = Columns(self._booster.feature_names or [], int(self._booster.num_features()))

    def call(self, method, data, names):
        rows = self.columns.numbers(data, names)
        options = {"enable_categorical": True} if "c" in (self._types or ()) else {}
        matrix = self._matrix(rows, feature_names=self.columns.names or None, feature_types=self._types,
                              nthread=self._threads, **options)
        return np.asarray(self._booster.predict(matrix))


def _ubj_version(path):
    with open(path, "rb") as file:
        found = re.search(_UBJ, file.read(), re.DOTALL)
    return u".".join(u"%d" % number for number in bytearray(found.group(1))[1::2]) if found else None
