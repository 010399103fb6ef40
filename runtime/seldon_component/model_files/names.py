"""What a MODEL_NAME says of a model file. `files` has what the file itself says, and takes longer to import."""

import os

from ..onnx import files as onnx_files

MLMODEL = "MLmodel"  # the file that makes a folder an MLflow model; it stands for the folder
METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "score_samples", "transform")
SUFFIXES_OF = {  # adapter -> the ends of the names of its files
    "sklearn": (".joblib", ".pkl", ".pickle"),
    "skops": (".skops",),
    "xgboost": (".json", ".ubj", ".bst"),
    "lightgbm": (".txt",),
    "catboost": (".cbm",),
    "keras": (".keras",),
    "torchscript": (".pt",),
    "mlflow": (MLMODEL,),
}
SUFFIXES = (onnx_files.SUFFIX,) + tuple(
    suffix for suffixes in SUFFIXES_OF.values() for suffix in suffixes if suffix != MLMODEL)


def is_file_name(name):
    """Whether a MODEL_NAME means a file, and not a class."""
    return os.path.basename(name) == MLMODEL or name.endswith(SUFFIXES)


def name_of(name):
    """The name of the model in a file `name`: without folder and suffix; for MLflow, that of its folder."""
    folder, base = os.path.split(name)
    return os.path.basename(folder) or base if base == MLMODEL else os.path.splitext(base)[0]
