"""How each kind of value of the user is spelled in a message: one table for all places and both wires.

docs/protocol.md, "Values", has the table for users. No package but numpy is imported for it: a class is known by its
name and the package that it comes from.
"""

import numpy as np

from .. import compat
from . import arrays, cells, scalars
from .scalars import NoSpelling

_DEEPEST = arrays.DEEPEST + 2  # our own message is around the user's value
_PLAIN = frozenset((compat.text_type, float, bool, type(None)) + compat.integer_types)
_MOST_KINDS = 1000  # types whose spelling is kept; a class may make types without end
_LONGEST_KEY = 60  # characters of a key in an error


def plain(value, field=u""):
    """`value` made of dict, list, text, bool, int, float and None only; a missing number may be NaN.

    Raises ModelError, which names the place below `field`, for a value without a spelling, and for more than DEEPEST
    levels of lists and dicts.
    """
    try:
        return _spell(value, 0)
    except NoSpelling as error:
        raise error.model_error(field)


def plain_answer(value):
    """The same for an answer that is no array: the place says in which kind of a message it would be."""
    try:
        return _spell(value, 0)
    except NoSpelling as error:
        is_dict = error.at and not error.at[-1].startswith(u"[")
        raise error.model_error(u"jsonData" if is_dict else u"data.ndarray")


def is_spelled(value):
    """Whether values of this type have a spelling."""
    return _speller_of(value) is not scalars.none


def key_text(value, field=u""):
    """A dict's key, a column's name or a label, as text. Raises ModelError, which names `field`."""
    if type(value) is compat.text_type:
        return value
    try:
        return _key(value)
    except NoSpelling as error:
        raise error.model_error(field)


def clean(array, field=u"data.ndarray", clean_cells=cells.clean):
    """The array as the wire can carry it: dtype kind b, i, u, f (native, C-contiguous), U, or O of plain values.

    clean_cells: as `cells.clean`. Raises ModelError, which names the place below `field`.
    """
    try:
        cleaned = clean_cells(array, _cell)
        return cleaned if cleaned.size else cells.with_few_rows(cleaned)
    except NoSpelling as error:
        raise error.model_error(field)


def as_array(value):
    """An ndarray for a DataFrame, a tensor or another value that numpy reads itself; None for all other values."""
    if _speller_of(value) is not _array:
        return None
    array = np.asanyarray(value)
    if _is_a(type(value), _PANDAS):
        return cells.with_exact_integers(array, lambda: np.asarray(value.astype(object)))
    return array


def column_names(value):
    """The names of a DataFrame's columns, as text; [] for any other value, and for columns that pandas numbered."""
    columns = getattr(value, "columns", None)
    if columns is None or not _is_a(type(value), _TABLES) or type(columns).__name__ == "RangeIndex":
        return []
    return [key_text(name, u"data.names[%d]" % index) for index, name in enumerate(columns)]


def _spell(value, level):
    return (_spellers.get(type(value)) or _speller_of(value))(value, level)


def _cell(value):
    return _spell(value, 1)


# spellers: (value, level) -> the plain value, as those of `scalars`


def _enum(value, level):
    return _spell(value.value, level)


def _path(value, level):
    return _spell(value.__fspath__(), level)


def _dict(value, level):
    return _pairs(value.items(), level)


def _fields(names):
    """A speller for an object with these attributes. names: type -> list."""
    return lambda value, level: _pairs([(name, getattr(value, name)) for name in names(type(value))], level)


def _pydantic(value, level):
    return _spell(value.model_dump() if hasattr(value, "model_dump") else value.dict(), level)


def _pairs(pairs, level):
    _check_level(level)
    spelled, place = {}, u""
    try:
        for key, element in pairs:
            place = u""
            name = key if type(key) is compat.text_type else _key(key)
            if name in spelled:
                raise NoSpelling(u"expected keys with different spellings, found two that are spelled '%s'; rename one"
                                 % name[:_LONGEST_KEY])
            place = name
            spelled[name] = _spell(element, level + 1)
    except NoSpelling as error:
        error.at.append(place and u"." + place[:_LONGEST_KEY])
        raise
    return spelled


def _key(value):
    return scalars.key(value, _spell(value, 0))


def _list(value, level):
    _check_level(level)
    if type(value) is list and _PLAIN.issuperset(map(type, value)):
        return value[:]
    spelled = []
    try:
        for element in value:
            spelled.append(_spell(element, level + 1))
    except NoSpelling as error:
        error.at.append(u"[%d]" % len(spelled))
        raise
    return spelled


def _set(value, level):
    """In their order, if they have one, so that equal sets are spelled alike."""
    spelled = _list(list(value), level)
    try:
        return sorted(spelled)
    except TypeError:
        return spelled


def _check_level(level):
    if level > _DEEPEST:
        raise NoSpelling("expected at most %d levels of lists and dicts, found more" % arrays.DEEPEST)


def _array(value, level):
    """Nested lists, each cell spelled as in an array of its own."""
    array = np.asanyarray(value)
    if not array.size:
        cells.with_few_rows(array)
    _check_level(level + array.ndim)
    if array.dtype.kind == "O" and not hasattr(array, "mask"):
        return _spell(array.tolist(), level if array.ndim else level + 1)
    return cells.clean(array, _cell).tolist()


# The table. A class, or the package and the name of one, -> its speller. The first class of a value's bases that is
# here decides.
_TABLE = {
    type(None): scalars.null, ("pandas", "NaTType"): scalars.null, ("pandas", "NAType"): scalars.null,
    ("numpy", "MaskedConstant"): scalars.null,
    bool: scalars.boolean, np.bool_: scalars.boolean,
    np.integer: scalars.integer, float: scalars.number, np.floating: scalars.number,
    ("decimal", "Decimal"): scalars.decimal, ("fractions", "Fraction"): scalars.fraction,
    compat.text_type: scalars.text, bytes: scalars.utf8, bytearray: scalars.utf8, memoryview: scalars.utf8,
    ("datetime", "date"): scalars.date, ("datetime", "time"): scalars.date, np.datetime64: scalars.date,
    ("datetime", "timedelta"): scalars.duration, np.timedelta64: scalars.duration,
    ("uuid", "UUID"): scalars.words, ("ipaddress", "_IPAddressBase"): scalars.words,
    ("pathlib", "PurePath"): scalars.words, ("pathlib2", "PurePath"): scalars.words,
    ("pydantic", "_BaseUrl"): scalars.words, ("pydantic_core", "Url"): scalars.words,
    ("pydantic_core", "MultiHostUrl"): scalars.words,
    ("pandas", "Period"): scalars.words, ("pandas", "Interval"): scalars.words,
    dict: _dict, ("pydantic", "BaseModel"): _pydantic,
    list: _list, tuple: _list, ("collections", "deque"): _list, ("array", "array"): _list,
    set: _set, frozenset: _set,
    np.ndarray: _array,
}
_TABLE.update((kind, scalars.integer) for kind in compat.integer_types)
_TABLE.update((kind, scalars.utf8) for kind in compat.buffer_types)
# The same for classes that are known by what they have: a test of the type -> its speller.
_BY_WHAT_THEY_HAVE = (
    (lambda kind: issubclass(kind, compat.abc.Mapping), _dict),
    (lambda kind: hasattr(kind, "__array__") and not issubclass(kind, np.generic), _array),
    (lambda kind: hasattr(kind, "__fspath__"), _path),
    (lambda kind: hasattr(kind, "__dataclass_fields__"), _fields(compat.dataclass_fields)),
    (lambda kind: hasattr(kind, "__attrs_attrs__"), _fields(lambda kind: [a.name for a in kind.__attrs_attrs__])),
    (lambda kind: hasattr(kind, "__struct_fields__"), _fields(lambda kind: kind.__struct_fields__)),
    (lambda kind: issubclass(kind, compat.abc.Set), _set),
    (lambda kind: issubclass(kind, (compat.abc.Sequence, compat.abc.ValuesView)), _list),
)
_ENUM = frozenset([("enum", "Enum")])
_TABLES = frozenset([("pandas", "DataFrame"), ("polars", "DataFrame")])
_PANDAS = frozenset([("pandas", "DataFrame")])
_spellers = dict.fromkeys(_PLAIN, scalars.as_it_is)  # type -> speller, as far as they were needed


def _speller_of(value):
    kind = type(value)
    speller = _spellers.get(kind)
    if speller is None:
        speller = _find(kind)
        if speller is scalars.none and hasattr(value, "__array__") and not isinstance(value, np.generic):
            return _array  # a proxy; another one of its type may differ
        if len(_spellers) < _MOST_KINDS:
            _spellers[kind] = speller
    return speller


def _find(kind):
    if _is_a(kind, _ENUM):
        return _enum
    for base in kind.__mro__:
        speller = _TABLE.get(base) or _TABLE.get(_name(base))
        if speller:
            return speller
    return next((speller for is_one, speller in _BY_WHAT_THEY_HAVE if is_one(kind)), scalars.none)


def _is_a(kind, names):
    return any(_name(base) in names for base in kind.__mro__)


def _name(kind):
    return str(kind.__module__).split(".")[0].lstrip("_"), kind.__name__
