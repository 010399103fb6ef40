"""seldon_runtime.config.only_model: what is served if nobody names it."""

import pytest
from seldon_runtime.config.only_model import only_model_file
from seldon_runtime.errors import BadSetting
from support.settings import read

SET = "set it in .s2i/environment, or with s2i build -e MODEL_NAME="


def test_the_one_model_file_is_served_beside_scripts_and_other_json(tmp_path):
    (tmp_path / "train.py").write_text("print('no class')\n")
    for name in ("contract.json", "requirements.txt", "README.md", "iris.joblib"):
        (tmp_path / name).touch()
    assert only_model_file(tmp_path) == "iris.joblib"


def test_nothing_is_served_in_place_of_a_class(tmp_path):
    (tmp_path / "contract.json").touch()
    assert only_model_file(tmp_path) == ""


@pytest.mark.parametrize(("files", "words"), [
    (("b.pkl", "a.onnx"), f"MODEL_NAME: expected one of the model files a.onnx, b.pkl, found nothing; {SET}a.onnx"),
    (("a.pkl", "MyModel.py"), f"MODEL_NAME: expected MyModel for the class, or a.pkl for the file alone, found nothing; {SET}MyModel"),
    (("a.h5", "w.safetensors"), f"MODEL_NAME: expected a class, or a model file, found nothing; {SET}MyModel\n"
                                "  a.h5: save it with model.save('model.keras')\n  w.safetensors: write a class that loads it"),
])
def test_an_error_names_the_files_found_and_what_to_do(files, words, tmp_path):
    for name in files:
        (tmp_path / name).write_text("class MyModel: pass\n")
    with pytest.raises(BadSetting) as raised:
        only_model_file(tmp_path)
    assert str(raised.value) == words


def test_an_onnx_file_wins_over_a_class_as_it_always_did(tmp_path):
    (tmp_path / "MyModel.py").write_text("class MyModel: pass\n")
    (tmp_path / "a.onnx").touch()
    assert only_model_file(tmp_path) == "a.onnx"


def test_the_only_onnx_file_of_the_folder_needs_no_model_name(tmp_path):
    (tmp_path / "digits.onnx").touch()
    assert read(tmp_path).model_name == "digits.onnx"


def test_a_model_name_wins_over_the_only_onnx_file(tmp_path):
    (tmp_path / "digits.onnx").touch()
    assert read(tmp_path, "MyModel").model_name == "MyModel"


def test_of_several_onnx_files_one_has_to_be_named(tmp_path):
    for name in ("b.onnx", "a.onnx", "c.onnx.txt"):
        (tmp_path / name).touch()
    with pytest.raises(BadSetting) as raised:
        read(tmp_path)
    assert str(raised.value) == ("MODEL_NAME: expected one of the model files a.onnx, b.onnx, found nothing; "
                                 "set it in .s2i/environment, or with s2i build -e MODEL_NAME=a.onnx")
    assert read(tmp_path, "b.onnx").model_name == "b.onnx"
