"""Makes the model in each folder beside it, from scikit-learn's irises: make_models.py [folder ...]

The environment is `make/model-python 3.14 model-files`. TorchScript needs PyTorch, for example Debian's python3-torch.
"""

import os
import pathlib
import pickle
import sys

HERE = pathlib.Path(__file__).resolve().parent


def irises():
    from sklearn.datasets import load_iris

    found = load_iris(as_frame=True)
    return found.data, found.target


def pipeline():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression()).fit(*irises())


def sklearn_joblib(folder):
    import joblib

    joblib.dump(pipeline(), folder / "iris.joblib")


def sklearn_pkl(folder):
    with open(folder / "iris.pkl", "wb") as file:
        pickle.dump(pipeline(), file)


def sklearn_skops(folder):
    import skops.io

    skops.io.dump(pipeline(), folder / "iris.skops")


def xgboost_json(folder, name="iris.json"):
    import xgboost

    xgboost.XGBClassifier(n_estimators=5, max_depth=2).fit(*irises()).save_model(folder / name)


def xgboost_ubj(folder):
    xgboost_json(folder, "iris.ubj")


def lightgbm_txt(folder):
    import lightgbm

    model = lightgbm.LGBMClassifier(n_estimators=5, num_leaves=4, verbose=-1).fit(*irises())
    model.booster_.save_model(folder / "iris.txt")


def catboost_cbm(folder):
    import catboost

    model = catboost.CatBoostClassifier(iterations=5, depth=2, verbose=False, allow_writing_files=False)
    model.fit(*irises()).save_model(str(folder / "iris.cbm"))


def mlflow_folder(folder):
    """Three kinds of columns: text, whole numbers and others."""
    import mlflow.sklearn
    import pandas
    from mlflow.models import infer_signature
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    flats = pandas.DataFrame({"city": ["Bonn", "Köln"] * 4, "rooms": [1, 2, 3, 4] * 2, "area": [20.5, 41, 62, 80] * 2})
    rents = 300 + 9 * flats.area + 50 * (flats.city == "Köln")
    columns = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["city"]), remainder="passthrough")
    model = make_pipeline(columns, LinearRegression()).fit(flats, rents)
    mlflow.sklearn.save_model(
        model, folder, signature=infer_signature(flats, model.predict(flats)), serialization_format="cloudpickle",
        pip_requirements=["mlflow-skinny", "pandas", "scikit-learn"])


def keras_file(folder):
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras
    import numpy

    flower = keras.Input((4,), name="flower")
    model = keras.Model(flower, keras.layers.Dense(3, activation="softmax", name="kind")(flower))
    trained = pipeline()
    scale, weights = trained[0], trained[1]
    kernel = (weights.coef_ / scale.scale_).T
    bias = weights.intercept_ - numpy.dot(scale.mean_, kernel)
    model.get_layer("kind").set_weights([kernel, bias])
    model.save(folder / "iris.keras")


def torchscript(folder):
    """The sum of each row, and twice the row: two inputs, two outputs, and weights of float32."""
    import torch

    class Program(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.twice = torch.nn.Linear(2, 2, bias=False)
            self.twice.weight.data = 2 * torch.eye(2)

        def forward(self, row, extra):
            return self.twice(row) + extra, row.sum(1)

    torch.jit.script(Program()).save(str(folder / "program.pt"))


MAKERS = {
    "sklearn-joblib": sklearn_joblib, "sklearn-pkl": sklearn_pkl, "sklearn-skops": sklearn_skops,
    "xgboost-json": xgboost_json, "xgboost-ubj": xgboost_ubj, "lightgbm": lightgbm_txt, "catboost": catboost_cbm,
    "mlflow": mlflow_folder, "keras": keras_file, "torchscript": torchscript,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or MAKERS:
        (HERE / name).mkdir(exist_ok=True)
        MAKERS[name](HERE / name)
        print(name)
