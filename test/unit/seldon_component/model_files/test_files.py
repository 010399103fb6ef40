"""seldon_component.model_files.files: which files are models, by their names and their first bytes."""

import json
import zipfile

import pytest
from conftest import ROOT
from seldon_component.model_files import files, names

APPS = ROOT / "test" / "apps" / "model-files"
# what lies beside models, and has their suffixes
OTHERS = {"contract.json": '{"features": []}', "package.json": '{"name": "x", "version": "1.0.0"}', "list.json": "[1]",
          "learner.json": '{"learners": {}}', "requirements.txt": "tree\n", "apt.txt": "curl\n", "notes.txt": "tree", "x.ubj": "x",
          "x.cbm": "CBX", "x.keras": "no archive", "x.skops": "", "x.pt": "weights", "README.md": "", "x.h5": ""}


def archive(path, *entries):
    with zipfile.ZipFile(path, "w") as made:
        for entry in entries:
            made.writestr(entry, "{}")


@pytest.mark.parametrize("app", sorted(path.name for path in APPS.iterdir() if path.is_dir()))
def test_a_real_file_is_recognised_beside_others(app, tmp_path):
    (name,) = files.models_in(APPS / app)
    for other, text in OTHERS.items():
        (tmp_path / other).write_text(text)
    (tmp_path / name).write_bytes((APPS / app / name).read_bytes())
    assert files.models_in(tmp_path) == [name]
    assert files.kind_of(str(tmp_path / name)).adapter == app.split("-")[0].replace("sklearn", "skops" if "skops" in app else "sklearn")


@pytest.mark.parametrize("head", [
    '{"learner": {', '{"version":[1,2,0],"learner":{', ' {\n "version" : [ 1, 7, 6 ] ,\n "learner" : {',
])
def test_each_generation_of_xgboosts_json_is_recognised(head, tmp_path):
    (tmp_path / "a.json").write_text(head)
    assert files.models_in(tmp_path) == ["a.json"]


def test_weights_without_code_are_no_model(tmp_path):
    archive(tmp_path / "weights.pt", "weights/data.pkl", "weights/data/0")
    archive(tmp_path / "program.pt", "program/code/__torch__.py", "program/data.pkl")
    assert files.models_in(tmp_path) == ["program.pt"]
    assert files.almost_models_in(tmp_path) == ["weights.pt: save it with torch.jit.save, because it has no code"]


def test_an_mlflow_model_is_one_file_with_all_that_lies_beside_it(tmp_path):
    for name in ("MLmodel", "model.pkl", "python_model.pkl"):
        (tmp_path / name).touch()
    assert files.models_in(tmp_path) == ["MLmodel"]


@pytest.mark.parametrize(("name", "is_file"), [
    ("m.joblib", True), ("models/m.ubj", True), ("MLmodel", True), ("flats/MLmodel", True), ("m.onnx", True),
    ("MyModel", False), ("package.MyModel", False), ("myMLmodel", False),
])
def test_a_model_name_is_a_file_by_its_suffix(name, is_file):
    assert names.is_file_name(name) is is_file


@pytest.mark.parametrize(("name", "model"), [
    ("iris.v2.joblib", "iris.v2"), ("models/iris.json", "iris"), ("flats/MLmodel", "flats"), ("MLmodel", "MLmodel")])
def test_a_model_is_named_after_its_file_and_an_mlflow_model_after_its_folder(name, model):
    assert names.name_of(name) == model


def test_a_class_is_one_that_is_named_like_its_file(tmp_path):
    (tmp_path / "MyModel.py").write_text("import json\nclass MyModel(object):\n    pass\n")
    (tmp_path / "train.py").write_text("class Trainer:\n    pass\n# class train: no\n")
    assert files.classes_in(tmp_path) == ["MyModel"]


def test_a_contract_is_no_booster(tmp_path):
    (tmp_path / "contract.json").write_text(json.dumps({"features": [{"name": "learner"}], "targets": []}))
    assert files.models_in(tmp_path) == []


@pytest.mark.parametrize(("app", "name", "sentence"), [
    ("sklearn-pkl", "m.cbm", "found a pickle; rename it to m.pkl"),
    ("sklearn-pkl", "m.pt", "found a pickle; rename it to m.pkl"),
    ("sklearn-skops", "m.joblib", "found a file of skops; rename it to m.skops"),
    ("xgboost-json", "m.model", "found JSON of XGBoost; rename it to m.json"),
    ("xgboost-ubj", "m.json", "found UBJSON of XGBoost; rename it to m.ubj"),
    ("lightgbm", "m.v2.model", "found trees of LightGBM; rename it to m.v2.txt"),
    ("catboost", "m.bin", "found a model of CatBoost; rename it to m.cbm"),
    ("keras", "m.zip", "found a model of Keras; rename it to m.keras"),
    ("torchscript", "m.keras", "found a program of TorchScript; rename it to m.pt"),
    ("sklearn-joblib", "m.joblib.gz", "rename it to m.joblib, which may be compressed"),
    ("sklearn-pkl", "m.pkl", None),
    ("sklearn-pkl", "m.data", None),
])
def test_a_model_with_another_suffix_is_named_with_the_one_that_fits(app, name, sentence, tmp_path):
    (original,) = files.models_in(APPS / app)
    (tmp_path / name).write_bytes((APPS / app / original).read_bytes())
    assert files.found_in(str(tmp_path / name)) == sentence
    lines = [f"{name}: {sentence}"] if sentence and not files.models_in(tmp_path) else []
    assert files.almost_models_in(tmp_path) == lines


def test_weights_of_old_pytorch_are_no_pickle_to_serve(tmp_path):
    (tmp_path / "m.pt").write_bytes(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.")
    assert files.found_in(str(tmp_path / "m.pt")) is None
