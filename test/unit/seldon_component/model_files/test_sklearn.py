"""seldon_component.model_files: a pickle of scikit-learn as a class. The other libraries are in test/contract."""

import pickle
import re
import zlib

import joblib
import numpy as np
import pytest
import sklearn
from conftest import ROOT
from seldon_component.component import Component
from seldon_component.errors import BadParameters, BadPayload, ModelNotFound
from seldon_component.model_files import adapter, model
from seldon_component.payload import Payload
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ROWS, CLASSES = np.array([[0.0, 1], [1, 0], [2, 5], [3, 4]]), np.array(["no", "no", "yes", "yes"])
ENCODED = sklearn.__version__.encode()


@pytest.fixture
def serve(tmp_path):
    """`serve(trained, method)`: the Component of a pickled model."""
    def serve(trained, method=None, **parameters):
        joblib.dump(trained, tmp_path / "m.joblib")
        return Component(model.class_of("m.joblib", str(tmp_path), method, 1)(**parameters), "MODEL", "unit")
    return serve


def classifier():
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, CLASSES)


def predict(component, data=ROWS, names=()):
    return component.call("predict", Payload("ndarray", data, list(names)))


def test_a_classifier_says_probabilities_as_seldons_own_server_does(serve):
    response = predict(serve(classifier()))
    np.testing.assert_allclose(response.data, classifier().predict_proba(ROWS))
    assert response.names == ["no", "yes"]


@pytest.mark.parametrize("given", [{"method": "predict"}, {}])
def test_the_method_is_that_of_the_variable_or_of_the_graphs_parameter(given, serve):
    component = serve(classifier(), **given) if given else serve(classifier(), "predict")
    assert predict(component).data.tolist() == CLASSES.tolist()


def test_a_method_that_the_model_lacks_is_named_with_those_that_it_has(serve):
    with pytest.raises(BadParameters) as raised:
        serve(LinearRegression().fit(ROWS, [1, 2, 3, 4]), "predict_proba")
    assert str(raised.value) == "MODEL_METHOD: expected one of the model's methods predict, found 'predict_proba'"


@pytest.mark.parametrize(("trained", "datatype", "shape"), [
    (LinearRegression().fit(ROWS, [1, 2, 3, 4]), "FP64", [-1]),
    (LinearRegression().fit(ROWS, ROWS), "FP64", [-1, 2]),
    (KMeans(2, n_init=1, random_state=0).fit(ROWS), "INT32", [-1]),
    (StandardScaler().fit(ROWS), "FP64", [-1, 2]),
])
def test_the_outputs_are_those_of_the_model(trained, datatype, shape, serve):
    (output,) = serve(trained).describe()["outputs"]
    assert (output["datatype"], output["shape"]) == (datatype, shape)
    assert output["name"] == ("transform" if isinstance(trained, StandardScaler) else "predict")


def test_a_model_of_texts_takes_one_text_an_instance(serve):
    component = serve(make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(["a bad one", "a good one"], [0, 1]), "predict")
    assert predict(component, np.array(["good", "bad"])).data.tolist() == [1, 0]
    assert predict(component, np.array([["good"], ["bad"]])).data.tolist() == [1, 0]
    assert component.call("predict", Payload("strData", "good")).data.tolist() == [1]
    with pytest.raises(BadPayload, match="data: expected one text an instance, found 5"):
        predict(component, np.array([[5]]))


def test_a_model_of_categories_takes_text(serve):
    cities = np.array([["Bonn", 1], ["Ulm", 2]], dtype=object)
    component = serve(make_pipeline(OneHotEncoder(), LogisticRegression()).fit(cities, [0, 1]), "predict")
    assert predict(component, cities).data.tolist() == [0, 1]
    assert component.describe()["inputs"] == []  # nobody knows which columns are text


@pytest.mark.parametrize("compress", [bytes, zlib.compress])
def test_another_version_is_told_in_one_line(compress, tmp_path, capfd):
    other = b"0" + ENCODED[1:] if ENCODED[:1] != b"0" else b"9" + ENCODED[1:]
    (tmp_path / "m.pkl").write_bytes(compress(pickle.dumps(classifier()).replace(ENCODED, other)))
    model.class_of("m.pkl", str(tmp_path), None, 1)
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line]
    assert f"m.pkl: written by scikit-learn {other.decode()}, but {sklearn.__version__} is installed; results may differ; " in line
    assert line.endswith(f"put scikit-learn=={other.decode()} into requirements.txt")


def test_the_same_version_says_nothing(serve, capfd):
    serve(classifier())
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_the_version_is_read_without_the_library(protocol, tmp_path):
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(classifier(), protocol))
    from seldon_component.model_files.adapter_sklearn import Model

    assert Model.written(str(tmp_path / "m.pkl"))[0].version == sklearn.__version__


@pytest.mark.parametrize(("content", "words"), [
    (b"broken", "m.pkl: scikit-learn cannot load it: "),
    (pickle.dumps({"a": 1}), "m.pkl: expected a model with a method predict, found dict; name the file of the model in MODEL_NAME"),
    (b"\x80\x63.", "A newer Python wrote it: use the builder for that Python, or write it with an older protocol."),
    (b"c__main__\nMine\n.", "m.pkl: scikit-learn cannot load it: AttributeError: "),
])
def test_what_is_no_model_is_an_error_with_what_to_do(content, words, tmp_path):
    (tmp_path / "m.pkl").write_bytes(content)
    with pytest.raises(adapter.FileNotLoaded) as raised:
        model.class_of("m.pkl", str(tmp_path), None, 1)
    assert words in str(raised.value)
    assert raised.value.exit_code == 21


def test_a_module_that_is_missing_is_named_with_its_package(tmp_path):
    (tmp_path / "m.pkl").write_bytes(b"cnobodys_package.models\nModel\n.")
    with pytest.raises(adapter.LibraryNotFound) as raised:
        model.class_of("m.pkl", str(tmp_path), None, 1)
    assert str(raised.value) == "m.pkl: nobodys_package is not installed. Add nobodys_package to requirements.txt"
    assert raised.value.exit_code == 20


def test_a_pickle_outside_of_the_source_is_not_loaded(tmp_path):
    (tmp_path / "volume").mkdir()
    (tmp_path / "volume" / "m.pkl").write_bytes(b"cos\nabort\n(tR.")  # would end this process
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "m.pkl").symlink_to(tmp_path / "volume" / "m.pkl")
    with pytest.raises(adapter.FileNotLoaded, match=re.escape(f"which is a link to {tmp_path / 'volume' / 'm.pkl'}; copy the file")):
        model.class_of("m.pkl", str(tmp_path / "source"), None, 1)


@pytest.mark.parametrize(("name", "words"), [
    ("c.pkl", "MODEL_NAME: no file 'c.pkl'. Model files found: a.pkl, b.onnx"),
    ("w.pt", "MODEL_NAME: 'w.pt' is not a model that can be served without code; w.pt: save it with torch.jit.save, because it "
             "has no code. Model files found: a.pkl, b.onnx"),
])
def test_an_error_for_a_file_that_is_none_lists_the_files_found(name, words, tmp_path):
    for other in ("a.pkl", "b.onnx", "w.pt", "contract.json"):
        (tmp_path / other).touch()
    with pytest.raises(ModelNotFound) as raised:
        model.class_of(name, str(tmp_path), None, 1)
    assert str(raised.value) == words


def test_a_model_that_was_trained_on_all_cores_gets_the_containers_threads(tmp_path):
    from sklearn.ensemble import RandomForestClassifier

    joblib.dump(RandomForestClassifier(2, n_jobs=-1).fit(ROWS, CLASSES), tmp_path / "m.joblib")
    assert model.class_of("m.joblib", str(tmp_path), None, 3)().loaded._model.n_jobs == 3


@pytest.mark.parametrize("name", ["sklearn-joblib", "sklearn-pkl"])
def test_the_names_of_a_real_file_are_its_own(name):
    folder = ROOT / "test" / "apps" / "model-files" / name
    (file,) = [path.name for path in folder.iterdir() if path.name.startswith("iris.")]
    found = model.class_of(file, str(folder), None, 1)
    assert found.__name__ == "iris"
    assert found().feature_names == ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]


@pytest.mark.parametrize(("error", "words"), [
    ("OSError('libgomp.so.1: cannot open shared object file')",
     "m.pkl: scikit-learn cannot be imported: OSError: libgomp.so.1: cannot open shared object file\n"
     "libgomp.so.1 is a library of the system: write its Debian package, libgomp1, into apt.txt"),
    ("ImportError('a name is missing')", "m.pkl: scikit-learn cannot load it: ImportError: a name is missing\n"
     "Save the model again, with the library that requirements.txt names, or write a class that loads it."),
])
def test_a_library_that_cannot_be_imported_says_what_is_missing(error, words, tmp_path, monkeypatch):
    (tmp_path / "library_of_test.py").write_text(f"raise {error}\n")
    (tmp_path / "m.pkl").write_bytes(b"clibrary_of_test\nModel\n.")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises((adapter.LibraryNotFound, adapter.FileNotLoaded)) as raised:
        model.class_of("m.pkl", str(tmp_path), None, 1)
    assert str(raised.value) == words
