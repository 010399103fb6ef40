"""Boosters of LightGBM."""

import re

from .adapter import FileAdapter, FileNotLoaded, Written, bytes_after
from .columns import Columns

# the format of a file -> the first versions of the library that write it; the file has no other version
_LIBRARY = {"v2": u"2", "v3": u"3", "v4": u"4"}


class Model(FileAdapter):
    PLATFORM = "lightgbm"

    @staticmethod
    def written(path):
        form = bytes_after(path, br"^tree\r?\nversion=(v\d+)")
        return [_Major(u"LightGBM", u"lightgbm", "lightgbm", _LIBRARY.get(form))]

    def __init__(self, path, threads):
        import lightgbm

        _require_end(path)
        self._booster = lightgbm.Booster(model_file=path)
        self._threads = threads
        count = int(self._booster.num_feature())
        if not count:
            raise FileNotLoaded(u"%s: expected trees, found a file that ends before them" % path)
        names = self._booster.feature_name()
        has_names = not all(re.match(r"Column_\d+$", name) for name in names)
        self.columns = Columns(names if has_names else [], count, categories=_categories(path, self._booster))

    def call(self, method, data, names):
        rows = self.columns.numbers(data, names)
        return self._booster.predict(rows, num_threads=self._threads)


def _require_end(path):
    """Raises FileNotLoaded for a file that ends too early, because the library ends the process for some of these."""
    form = bytes_after(path, br"^tree\r?\nversion=(v\d+)")
    if form != "v2" and bytes_after(path, br"\n(end of trees)") is None:  # v2 need not have the line
        raise FileNotLoaded(u"%s: expected a line 'end of trees', found a file that ends before it; copy the whole file"
                            % path)


def _categories(path, booster):
    """dict {index of a column: its categories}, if the model was trained with such columns of pandas."""
    listed = bytes_after(path, br"\n\[categorical_feature: ([\d,]+)\]")
    indexes = [int(index) for index in listed.split(",")] if listed else []
    known = booster.pandas_categorical or []
    return dict(zip(indexes, known)) if len(indexes) == len(known) else {}


class _Major(Written):
    """The file says only which major version wrote it."""

    def remark(self):
        installed = self.installed()
        if not installed or not self.version or installed.split(".")[0] == self.version:
            return None
        return u"written by %s %s, but %s is installed; results may differ; put %s==%s.* into requirements.txt" % (
            self.title, self.version, installed, self.package, self.version)

    @property
    def requirement(self):
        return self.package + (u"==%s.*" % self.version if self.version else u"")
