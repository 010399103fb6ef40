"""What is known of model files before one is loaded. It needs no numpy: the server reads it before it moves.

A suffix such as .json says little, so each file is recognised by its first bytes or, in a zip archive, by its entries.
"""

import collections
import os
import re
import zipfile

from ..onnx import files as onnx_files
from .names import MLMODEL, SUFFIXES, SUFFIXES_OF

_HEAD = 4096  # bytes of a file that are looked at
_XGBOOST = re.compile(br'\s*\{\s*("version"\s*:\s*\[[\d,\s]*\]\s*,\s*)?"learner"\s*:\s*\{')

# title: of the library. suffixes: of its files. adapter: the module of this package. is_one: function of a path.
Kind = collections.namedtuple("Kind", "title suffixes adapter is_one")


def _is_file(path):
    return os.path.isfile(path)


def _is_xgboost(path):
    head = _head(path)
    return bool(_XGBOOST.match(head)) or head.startswith((b"{L\0\0\0\0\0\0\0\7learner", b"binf"))


def _is_lightgbm(path):
    return bool(re.match(br"tree\r?\nversion=v", _head(path)))


def _is_catboost(path):
    return _head(path).startswith(b"CBM1")


def _is_keras(path):
    return "config.json" in _entries(path)


def _is_torchscript(path):
    return any("/code/" in entry for entry in _entries(path))


def _is_skops(path):
    return "schema.json" in _entries(path)


KINDS = tuple(Kind(title, SUFFIXES_OF[adapter], adapter, is_one) for title, adapter, is_one in (
    ("scikit-learn", "sklearn", _is_file),
    ("scikit-learn", "skops", _is_skops),
    ("XGBoost", "xgboost", _is_xgboost),
    ("LightGBM", "lightgbm", _is_lightgbm),
    ("CatBoost", "catboost", _is_catboost),
    ("Keras", "keras", _is_keras),
    ("TorchScript", "torchscript", _is_torchscript),
    ("MLflow", "mlflow", _is_file),
))
# files that hold weights or a model, and that no library can serve without code; what to write in place of them
_ALMOST = {
    ".h5": "save it with model.save('model.keras')", ".hdf5": "save it with model.save('model.keras')",
    ".pt": "save it with torch.jit.save, because it has no code", ".pth": "save it as .pt with torch.jit.save",
    ".pb": "write a class that loads it", ".safetensors": "write a class that loads it",
    ".bin": "write a class that loads it", ".sav": "rename it to .pkl",
}
# suffix -> what a file with it has
_CONTENTS = {".pkl": "a pickle", ".skops": "a file of skops", ".json": "JSON of XGBoost", ".ubj": "UBJSON of XGBoost",
             ".bst": "a binary of XGBoost", ".txt": "trees of LightGBM", ".cbm": "a model of CatBoost",
             ".keras": "a model of Keras", ".pt": "a program of TorchScript"}
_OTHER_SUFFIXES = (".bin", ".dat", ".gz", ".model", ".sav", ".zip")
_PICKLE = re.compile(br"\x80[\2-\5](?!\x8a\nl\xfc\x9c)")  # the number is that of torch.save
_COMPRESSED = re.compile(r"(.+\.(?:joblib|pkl))\.(?:bz2|gz|lzma|xz|z)$")


def kind_of(path):
    """The Kind of a file; None if it is no model, or an ONNX file."""
    name = os.path.basename(path)
    return next((kind for kind in KINDS if name.endswith(kind.suffixes) and _is(kind, path)), None)


def models_in(folder):
    """Sorted names of the model files in a folder, without those in its subfolders. An MLflow model is one file."""
    names = sorted(os.listdir(str(folder)))
    if MLMODEL in names:
        return [MLMODEL]
    return [name for name in names
            if name.endswith(onnx_files.SUFFIX) or kind_of(os.path.join(str(folder), name)) is not None]


def models_below(folder):
    """Sorted names of the model files in its subfolders, as MODEL_NAME names them. No deeper folder is looked at."""
    return [entry + "/" + name for entry in sorted(os.listdir(str(folder))) if not entry.startswith(".")
            and os.path.isdir(os.path.join(str(folder), entry)) for name in models_in(os.path.join(str(folder), entry))]


def almost_models_in(folder):
    """A sentence for each file that only looks like a model, or has another suffix than a model, with what to do."""
    known = models_in(folder)
    found = [(name, found_in(os.path.join(str(folder), name)) or _ALMOST.get(os.path.splitext(name)[1]))
             for name in sorted(os.listdir(str(folder))) if name not in known]
    return ["%s: %s" % (name, todo) for name, todo in found if todo]


def found_in(path):
    """What is in a file whose suffix says something else, with what to do; None for other files."""
    compressed = _COMPRESSED.match(os.path.basename(path))
    if compressed:
        return "rename it to %s, which may be compressed" % compressed.group(1)
    stem, suffix = os.path.splitext(path)
    fitting = _fitting_suffix(path) if suffix in SUFFIXES + _OTHER_SUFFIXES else None
    if fitting is None or path.endswith(fitting):
        return None
    return "found %s; rename it to %s%s" % (_CONTENTS[fitting], os.path.basename(stem), fitting)


def _fitting_suffix(path):
    """The suffix that says what is in a file; None if nobody can tell."""
    kind = next((kind for kind in KINDS if kind.is_one is not _is_file and _is(kind, path)), None)
    head = _head(path) if os.path.isfile(path) else b""
    if kind is None:
        return ".pkl" if _PICKLE.match(head) else None
    if kind.adapter == "xgboost" and not _XGBOOST.match(head):
        return ".bst" if head.startswith(b"binf") else ".ubj"
    return kind.suffixes[0]


def classes_in(folder):
    """Sorted names of the classes that are named like their file, as MODEL_NAME would name them."""
    found = []
    for entry in sorted(os.listdir(str(folder))):
        stem, suffix = os.path.splitext(entry)
        path = os.path.join(str(folder), entry)
        if suffix == ".py" and os.path.isfile(path) and _has_class(path, stem):
            found.append(stem)
    return found


def _has_class(path, name):
    with open(path, "rb") as file:
        return bool(re.search(br"^class\s+" + re.escape(name).encode("utf-8") + br"\b", file.read(), re.MULTILINE))


def _is(kind, path):
    try:
        return os.path.isfile(path) and kind.is_one(path)
    except Exception:  # nobody may read it, or it is a broken archive
        return False


def _head(path):
    with open(path, "rb") as file:
        return file.read(_HEAD)


def _entries(path):
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()
