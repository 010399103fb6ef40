"""The columns of a table that a model takes, and a request's data as such a table."""

import numpy as np

from .. import compat
from ..codec import arrays
from ..errors import BadPayload
from ..onnx.inputs import converted
from ..onnx.tensor import Tensor, has_datatype


class Columns(object):
    """names: list of text, or [] if the columns have none. count: how many there are; None if nobody knows.

    dtypes: numpy's, one a column; None for a column of any type. None in place of the list: all are numbers.
    categories: dict {index of a column: list of its categories}. The model takes their places in the list.
    """

    def __init__(self, names, count=None, dtypes=None, categories=None):
        self.names = [compat.to_text(name) for name in names]
        self.count = len(self.names) if count is None and self.names else count
        self.dtypes = _dtypes(self.count, categories) if categories else dtypes
        self._places = dict((index, dict((value, place) for place, value in enumerate(values)))
                            for index, values in (categories or {}).items())

    @property
    def are_numbers(self):
        return self.dtypes is None and self.count is not None

    def describe(self):
        """The inputs of the metadata; [] if they are not known."""
        if self.are_numbers:
            return [_message(self.names, self.count, u"FP64")]
        kinds = set(self.dtypes or ())
        if self.names and kinds and all(dtype and dtype.kind in "fiu" for dtype in kinds):
            dtype = kinds.pop() if len(kinds) == 1 else np.dtype(float)
            return [_message(self.names, self.count, Tensor(u"", dtype, ()).describe()[u"datatype"])]
        if not self.names or not self.dtypes or not all(dtype and has_datatype(dtype) for dtype in self.dtypes):
            return []
        return [_message([name], 1, Tensor(name, dtype, ()).describe()[u"datatype"])
                for name, dtype in zip(self.names, self.dtypes)]

    def numbers(self, data, names):
        """ndarray of numbers, one row an instance, one column a column of the model. Raises BadPayload."""
        if self._places:
            return np.column_stack([self._number(*column) for column in enumerate(self.typed(data, names))])
        rows = self.rows(data, names)
        return rows if rows.dtype.kind in "fiu" else converted(rows, Tensor(u"x", np.dtype(float), (None, None)))

    def _number(self, index, values):
        """A column of numbers, or the places of its categories. Another text is a missing value. Raises BadPayload."""
        places = self._places.get(index)
        if places is None:
            return values
        if values.dtype.kind == "O":
            for value in values:
                if value is not None and not isinstance(value, compat.text_type):
                    raise BadPayload(u"column '%s': expected one of its categories as text, found %r" % (
                        self.names[index], value))
        return np.array([places.get(value, np.nan) for value in values.tolist()], float)

    def rows(self, data, names):
        """ndarray of two dimensions, of any dtype, in the model's order of the columns. Raises BadPayload.

        data: an array whose columns may have names in another order, a dict {column: values}, or a list of such dicts.
        """
        if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
            data = self._of_records(data)
        elif isinstance(data, dict):
            data = self._of_dict(data)
        elif isinstance(data, np.ndarray):
            data = self._in_order(data, [compat.to_text(name) for name in names])
        else:
            raise BadPayload(u"message: expected data with %s, found %s" % (self._words(), arrays.describe(data)))
        if data.ndim != 2 or self.count not in (None, data.shape[1]):
            raise BadPayload(u"data: expected shape [?, %s]%s, found %s" % (
                u"?" if self.count is None else self.count,
                u" for the columns " + self._words() if self.names else u"", list(data.shape)))
        return data

    def typed(self, data, names):
        """List of arrays of one dimension, one a column, each of its dtype. Raises BadPayload."""
        rows = self.rows(data, names)
        return [_column(rows[:, index], name, dtype)
                for index, (name, dtype) in enumerate(zip(self.names, self.dtypes))]

    def _in_order(self, data, names):
        """The array itself, unless its names are the model's in another order."""
        if names == self.names or not self.names or sorted(names) != sorted(self.names) or data.ndim != 2:
            return data
        return data[:, [names.index(name) for name in self.names]]

    def _of_dict(self, data):
        self._expect(data, u"jsonData")
        columns = [arrays.from_nested(value if isinstance(value, list) else [value], u"jsonData." + name)
                   for name, value in ((name, data[name]) for name in self.names)]
        if len(set(len(column) for column in columns)) > 1 or any(column.ndim != 1 for column in columns):
            raise BadPayload(u"jsonData: expected one list for each column, all of one length")
        return _side_by_side(columns)

    def _of_records(self, data):
        for index, row in enumerate(data):
            self._expect(row, u"jsonData[%d]" % index)
        return _side_by_side([arrays.from_nested([row[name] for row in data], u"jsonData") for name in self.names])

    def _expect(self, found, field):
        if not self.names or sorted(found) != sorted(self.names):
            raise BadPayload(u"%s: expected the columns %s, found %s" % (
                field, self._words(), u", ".join(sorted(found)) or u"none"))

    def _words(self):
        return u", ".join(self.names) or (u"%s numbers a row" % self.count if self.count else u"one row an instance")


def _message(names, width, datatype):
    return {u"messagetype": u"ndarray", u"datatype": datatype, u"schema": {u"names": names, u"shape": [width]}}


def _dtypes(count, categories):
    """Text for the columns with categories that are text, else floats."""
    return [np.dtype(object if any(isinstance(each, compat.text_type) for each in categories.get(index, ())) else float)
            for index in range(count)]


def _side_by_side(columns):
    if all(column.dtype.kind in "biuf" for column in columns):
        return np.column_stack(columns)
    made = np.empty((len(columns[0]), len(columns)), object)
    for index, column in enumerate(columns):
        made[:, index] = column.tolist()
    return made


def _column(values, name, dtype):
    """The values with the dtype of their column; an object array of numbers, text and None stays one."""
    if dtype is None or dtype.kind == "M":  # the library reads dates
        return values
    if dtype.kind == "O":
        return values.astype(object)
    if values.dtype.kind == "O":
        values = arrays.from_nested(values.tolist(), u"column '%s'" % name)
    return converted(values, Tensor(name, dtype, (None,)))
