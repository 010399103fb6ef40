"""seldon_component.model_files.adapter: a library that is not installed, on each Python of models."""

import re
import subprocess

import pytest
from conftest import COMPONENT, ROOT

APPS = ROOT / "test" / "apps" / "model-files"
LOAD = """
import sys
sys.path.insert(0, sys.argv[1])
from seldon_component.errors import StartError
from seldon_component.model_files import files, model
for folder in sys.argv[2:]:
    (name,) = files.models_in(folder)
    try:
        model.class_of(name, folder, None, 1)
    except StartError as error:
        print("%d %s" % (error.exit_code, error))
"""
WORDS = {
    "xgboost-json": r"20 iris.json: XGBoost is not installed. Add xgboost==\d+\.\d+\.\d+ to requirements.txt",
    "xgboost-ubj": r"20 iris.ubj: XGBoost is not installed. Add xgboost==\d+\.\d+\.\d+ to requirements.txt",
    "lightgbm": r"20 iris.txt: LightGBM is not installed. Add lightgbm==\d+\.\* to requirements.txt",
    "catboost": r"20 iris.cbm: CatBoost is not installed. Add catboost==\d+\.\d+\.\d+ to requirements.txt",
    "keras": r"20 iris.keras: Keras is not installed. Add keras==\d+\.\d+\.\d+ to requirements.txt",
    "torchscript": r"20 program.pt: PyTorch is not installed. Add torch to requirements.txt",
    "mlflow": r"20 MLmodel: MLflow is not installed. Add mlflow==\d+\.\d+\.\d+ to requirements.txt",
    "sklearn-skops": r"20 iris.skops: skops is not installed. Add skops==\d+\.\d+\.\d+ to requirements.txt",
}


@pytest.fixture(scope="module")
def errors(model_python):
    """app -> what its file says without any library."""
    command = [model_python, "-c", LOAD, str(COMPONENT.parent), *(str(APPS / app) for app in WORDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(zip(WORDS, done.stdout.splitlines(), strict=True))


@pytest.mark.parametrize("app", WORDS)
def test_the_message_has_the_line_for_the_requirements(app, errors):
    assert re.fullmatch(WORDS[app], errors[app])
