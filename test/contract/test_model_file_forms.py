"""Models that the folders of test/apps do not have: made by the real libraries, loaded as the component does."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

RUNTIME = Path(__file__).resolve().parents[2] / "runtime"
# prints {name: what the library says, what our class says, metadata}, or {name: the text of an error}
PROGRAM = """
import json, os, pickle, sys
import numpy, pandas
from seldon_component.component import Component
from seldon_component.errors import BadPayload, StartError
from seldon_component.model_files import model
from seldon_component.payload import Payload

def ask(name, rows):
    served = Component(model.class_of(name, folder, None, 1)(), "MODEL", "unit")
    answer = served.call("predict", Payload("ndarray", rows)).data
    return answer.tolist(), served.call("metadata", Payload()).data, served

def cut(name, share):
    with open(name, "rb") as file:
        whole = file.read()
    with open("cut-" + name, "wb") as file:
        file.write(whole[:int(len(whole) * share)])
    return failure("cut-" + name)

def failure(name):
    try:
        model.class_of(name, folder, None, 1)
    except StartError as error:
        return str(error)

folder, said = sys.argv[1], {}
os.chdir(folder)
table = pandas.DataFrame({"age": [20.0, 30, 40, 50, 60, 70] * 9, "city": ["Ulm", "Bonn", "Köln"] * 18})
wanted = numpy.array([1, 0, 0, 0, 1, 1] * 9)
kinds = table.assign(city=table.city.astype("category"))
rows = numpy.array(table[:3].values.tolist() + [[20.0, "Rom"], [20.0, None]], dtype=object)
known = kinds[:3]

import lightgbm
trees = lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 1, "cat_smooth": 0,
                        "min_data_per_group": 1}, lightgbm.Dataset(kinds, wanted), 5)
trees.save_model("m.txt")
found, metadata, served = ask("m.txt", rows)
said["lightgbm"] = [trees.predict(known).tolist(), found, metadata]
try:
    served.call("predict", Payload("ndarray", numpy.array([[20.0, 1]])))
except BadPayload as error:
    said["place"] = str(error)
said["cut lightgbm"] = cut("m.txt", 0.3)

import xgboost
forest = xgboost.XGBClassifier(n_estimators=5, max_depth=2, enable_categorical=True, n_jobs=1).fit(kinds, wanted)
forest.save_model("m.ubj")
found, metadata, _ = ask("m.ubj", rows)
said["xgboost"] = [forest.predict_proba(known)[:, 1].tolist(), found, metadata]
said["cut xgboost"] = cut("m.ubj", 0.5)
with open("broken.json", "w") as file:
    file.write('{"learner": {"attributes": []}, "version": [3, 0, 0]}')
said["broken xgboost"] = failure("broken.json")
with open("booster.pkl", "wb") as file:
    pickle.dump(forest.get_booster(), file)
said["pickled xgboost"] = failure("booster.pkl")
os.rename("m.ubj", "renamed.pkl")
said["renamed"] = failure("renamed.pkl")

import keras
network = keras.Sequential([keras.Input((2,), name="x"), keras.layers.Dense(1, name="last")])
network.save("m.keras")
points = numpy.array([[1.0, 2], [3, 4]])
said["keras"] = [network.predict_on_batch(points).tolist(), *ask("m.keras", points)[:2]]
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(model_files_python, tmp_path_factory):
    variables = {**os.environ, "PYTHONPATH": str(RUNTIME), "KERAS_BACKEND": "jax"}
    command = [model_files_python, "-c", PROGRAM, str(tmp_path_factory.mktemp("forms"))]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
def test_categories_are_sent_as_text(library, said):
    expected, found, metadata = said[library]
    np.testing.assert_allclose(found[:3], expected, rtol=1e-6)
    assert len(set(expected)) > 1
    assert found[3] == found[4]  # another category is a missing value
    assert [(each["schema"]["names"], each["datatype"]) for each in metadata["inputs"]] == [(["age"], "FP64"), (["city"], "BYTES")]


def test_the_place_of_a_category_is_no_category(said):
    assert said["place"] == "column 'city': expected one of its categories as text, found 1.0"


def test_a_sequential_model_of_keras_has_its_last_layers_output(said):
    expected, found, metadata = said["keras"]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert metadata["outputs"] == [{"name": "last", "datatype": "FP32", "shape": [-1, 1]}]


def test_a_file_that_ends_too_early_is_named(said):
    assert said["cut lightgbm"].endswith("expected a line 'end of trees', found a file that ends before it; copy the whole file")
    assert said["cut xgboost"].endswith("expected a file with '}' at its end, found one that ends before it; copy the whole file")
    assert said["broken xgboost"].startswith("broken.json: XGBoost cannot load it: XGBoostError: ")
    assert len(said["broken xgboost"].splitlines()) == 2  # without the stack of C++


def test_a_file_that_the_pickles_library_cannot_serve_is_named_with_what_to_do(said):
    assert said["renamed"].endswith("\nfound UBJSON of XGBoost; rename it to renamed.ubj")
    assert said["pickled xgboost"].endswith("found XGBoost's Booster; save it with booster.save_model('model.ubj')")
