"""Boosters of XGBoost, called as Seldon's own server calls them: Booster.predict with a DMatrix."""

import json
import re

import numpy as np

from .adapter import FileAdapter, FileNotLoaded, Written, bytes_after
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

        _require_end(path)
        self._matrix = xgboost.DMatrix
        self._booster = xgboost.Booster({"nthread": threads}, model_file=path)
        self._threads = threads
        self._types = self._booster.feature_types
        self.columns = Columns(self._booster.feature_names or [], int(self._booster.num_features()),
                               categories=_categories(self._booster) if "c" in (self._types or ()) else None)

    def call(self, method, data, names):
        rows = self.columns.numbers(data, names)
        options = {"enable_categorical": True} if "c" in (self._types or ()) else {}
        matrix = self._matrix(rows, feature_names=self.columns.names or None, feature_types=self._types,
                              nthread=self._threads, **options)
        return np.asarray(self._booster.predict(matrix))


def _require_end(path):
    """Raises FileNotLoaded for a file that ends too early, because the library reads some of these for ever."""
    with open(path, "rb") as file:
        content = file.read().strip()
    if content.startswith(b"{") and not content.endswith(b"}"):
        raise FileNotLoaded(u"%s: expected a file with '}' at its end, found one that ends before it; "
                            u"copy the whole file" % path)


def _categories(booster):
    """dict {index of a column: its categories}, of those that are text. Files of XGBoost before 3.1 have none."""
    learner = json.loads(bytearray(booster.save_raw("json")).decode("utf-8"))["learner"]
    encoded = learner["gradient_booster"].get("model", {}).get("cats", {}).get("enc", [])
    return dict((index, _texts(column)) for index, column in enumerate(encoded) if column.get("offsets"))


def _texts(column):
    """One text for each pair of neighbouring offsets. The values are signed bytes."""
    data, offsets = bytearray(value & 255 for value in column["values"]), column["offsets"]
    return [bytes(data[begin:end]).decode("utf-8") for begin, end in zip(offsets, offsets[1:])]


def _ubj_version(path):
    with open(path, "rb") as file:
        found = re.search(_UBJ, file.read(), re.DOTALL)
    return u".".join(u"%d" % number for number in bytearray(found.group(1))[1::2]) if found else None
