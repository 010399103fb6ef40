"""seldon_component.user_class.loader: from MODEL_NAME to an instance, and the texts of all failures."""

import sys

import pytest
from seldon_component.errors import BadParameters, ClassNotFound, ImportFailed, LoadFailed, ModelNotFound
from seldon_component.user_class import loader


@pytest.fixture(autouse=True)
def clean_imports(monkeypatch):
    """What a test imports is gone after it."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return write


def load(name, folder):
    return loader.load_class(name, str(folder))


@pytest.mark.parametrize(("name", "path"), [
    ("MyModel", "MyModel.py"),
    ("pack.MyModel", "pack/MyModel.py"),
    ("pack.module.MyModel", "pack/module.py"),
    ("module.MyModel", "module.py"),
    ("pack.MyModel", "pack/__init__.py"),
    ("MyModel", "MyModel/__init__.py"),
])
def test_a_name_finds_its_class(name, path, write, tmp_path):
    write("pack/__init__.py", "")
    write(path, "class MyModel:\n    found = True")
    assert load(name, tmp_path).found


def test_the_folder_comes_before_everything_installed(write, tmp_path):
    write("wave.py", "class wave:\n    mine = True")
    assert load("wave", tmp_path).mine


def test_the_packages_that_only_seldons_images_have_come_last(write, tmp_path):
    write("MyModel.py", "from seldon_core.user_model import *\nclass MyModel(SeldonComponent):\n    pass")
    assert load("MyModel", tmp_path).__mro__[1].__module__ == "seldon_core.user_model"
    for name in [name for name in sys.modules if name.split(".")[0] in ("seldon_core", "MyModel")]:
        del sys.modules[name]
    write("seldon_core/__init__.py", "")
    write("seldon_core/user_model.py", "class SeldonComponent:\n    mine = True")
    assert load("MyModel", tmp_path).mine


OF_SELDON_CORE = """
from seldon_core import Storage
from seldon_core.metrics import create_counter, create_gauge, create_timer
from seldon_core.proto import prediction_pb2
from seldon_core.user_model import ClientResponse, SeldonResponse

class MyModel:
    metrics = [create_counter("a", 1), create_gauge("b", 2), create_timer("c", 3)]
    message = prediction_pb2.SeldonMessage(strData="text")
    response = ClientResponse([1], tags={"a": 1})
    places = [Storage.download(uri) for uri in ("/mnt/models", "file:///mnt/models")]
    download = Storage.download
"""


def test_what_a_class_imports_of_seldon_core_is_there(write, tmp_path):
    write("MyModel.py", OF_SELDON_CORE)
    found = load("MyModel", tmp_path)
    assert [(each["type"], each["value"]) for each in found.metrics] == [("COUNTER", 1), ("GAUGE", 2), ("TIMER", 3)]
    assert found.message.SerializeToString() == b"*\x04text"
    assert (found.response.data, found.response.tags, found.response.metrics) == ([1], {"a": 1}, [])
    assert found.places == ["/mnt/models", "/mnt/models"]
    with pytest.raises(ValueError, match="expected a path, found s3://bucket/model; write seldon-core into requirements.txt"):
        found.download("s3://bucket/model")


def test_a_class_imported_into_the_module_counts(write, tmp_path):
    write("inner.py", "class MyModel:\n    pass")
    write("MyModel.py", "from inner import MyModel")
    assert load("MyModel", tmp_path).__module__ == "inner"


def test_a_module_that_is_missing_lists_the_files_found(write, tmp_path):
    for path in ("Other.py", "setup.py", "pack/__init__.py", "data/x.py", "readme.txt"):
        write(path, "")
    with pytest.raises(ModelNotFound) as caught:
        load("MyModel", tmp_path)
    assert str(caught.value) == ("MODEL_NAME: no module for 'MyModel'; expected MyModel.py with a class of that name. "
                                 "Python files found: Other.py, pack")


def test_an_error_lists_an_onnx_file_named_without_its_suffix(write, tmp_path):
    write("digits.onnx", "")
    with pytest.raises(ModelNotFound) as caught:
        load("digits", tmp_path)
    assert str(caught.value) == ("MODEL_NAME: no module for 'digits'; expected digits.py with a class of that name. "
                                 "Python files found: none. Model files found, which are named with their suffix: "
                                 "digits.onnx")


def test_an_empty_folder_has_no_files(tmp_path):
    with pytest.raises(ModelNotFound, match=r"expected pack/MyModel.py with .* Python files found: none"):
        load("pack.MyModel", tmp_path)


@pytest.mark.parametrize(("text", "found"), [
    ("class Other:\n    pass\nclass Another:\n    pass\nfrom collections import OrderedDict", "Another, Other"),
    ("MyModel = 5", "none"),
    ("def MyModel(): pass", "none"),
])
def test_a_class_that_is_missing_lists_the_classes_found(text, found, write, tmp_path):
    write("MyModel.py", text)
    with pytest.raises(ClassNotFound) as caught:
        load("MyModel", tmp_path)
    assert str(caught.value) == f"MODEL_NAME: MyModel has no class 'MyModel'. Classes found: {found}"


@pytest.mark.parametrize(("text", "last"), [
    ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    ("1 / 0", "ZeroDivisionError: division by zero"),
    ("import sys; sys.exit(3)", "SystemExit: 3"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ("raise GeneratorExit(3)", "GeneratorExit: 3"),
    ("x = (", "SyntaxError: '(' was never closed"),
])
def test_an_import_that_fails_shows_the_users_frames_alone(text, last, write, tmp_path):
    write("MyModel.py", text)
    with pytest.raises(ImportFailed) as caught:
        load("MyModel", tmp_path)
    lines = str(caught.value).splitlines()
    assert lines[0] == "MODEL_NAME: importing MyModel failed:"
    assert lines[1].startswith(f'  File "{tmp_path}/MyModel.py", line 1')
    assert last in lines[-2:]
    assert "importlib" not in str(caught.value)


def test_a_parent_package_that_fails_is_an_import_error(write, tmp_path):
    write("pack/__init__.py", "1 / 0")
    write("pack/MyModel.py", "class MyModel: pass")
    with pytest.raises(ImportFailed, match="ZeroDivisionError"):
        load("pack.MyModel", tmp_path)


class Model:
    def __init__(self, a, b=2):
        self.a, self.b = a, b


class Free:
    def __init__(self, **parameters):
        self.parameters = parameters


class KeywordOnly:
    def __init__(self, *, a):
        self.a = a


class Plain:
    pass


@pytest.mark.parametrize(("cls", "parameters", "expected"), [
    (Model, {"a": 1}, {"a": 1, "b": 2}),
    (Model, {"a": 1, "b": 3}, {"a": 1, "b": 3}),
    (Free, {"x": 1}, {"parameters": {"x": 1}}),
    (KeywordOnly, {"a": 1}, {"a": 1}),
    (Plain, {}, {}),
])
def test_the_constructor_gets_the_parameters(cls, parameters, expected):
    assert vars(loader.construct(cls, parameters, "/nowhere")) == expected


@pytest.mark.parametrize(("cls", "parameters", "text"), [
    (Model, {}, "'a' is missing and has no default; Model takes: a, b"),
    (Model, {"a": 1, "c": 1}, "'c' is not an argument of the constructor; Model takes: a, b"),
    (KeywordOnly, {}, "'a' is missing and has no default; KeywordOnly takes: a"),
    (Plain, {"a": 1}, "'a' is not an argument of the constructor; Plain takes: no arguments"),
])
def test_parameters_that_do_not_fit_are_named(cls, parameters, text):
    with pytest.raises(BadParameters) as caught:
        loader.construct(cls, parameters, "/nowhere")
    assert str(caught.value) == "PREDICTIVE_UNIT_PARAMETERS: " + text


@pytest.mark.parametrize("error", [
    "ValueError('bad')", "SystemExit(3)", "TypeError('__init__() got an unexpected')", "KeyboardInterrupt()",
    "GeneratorExit()", "__import__('asyncio').CancelledError()",
])
@pytest.mark.parametrize("method", ["__init__", "load"])
def test_a_constructor_or_load_that_raises_shows_the_users_frames(method, error, write, tmp_path):
    write("MyModel.py", f"class MyModel(object):\n    def {method}(self):\n        raise {error}")
    with pytest.raises(LoadFailed) as caught:
        loader.construct(load("MyModel", tmp_path), {}, str(tmp_path))
    lines = str(caught.value).splitlines()
    assert lines[0] == "MyModel could not be loaded:"
    assert lines[1] == f'  File "{tmp_path}/MyModel.py", line 3, in {method}'
    assert lines[-1].partition(":")[0].rpartition(".")[2] in error


def test_load_is_called_once():
    class Counting:
        count = 0

        def load(self):
            self.count += 1

    assert loader.construct(Counting, {}, "/nowhere").count == 1


@pytest.mark.parametrize(("library", "advice"), [
    ("libGL.so.1", "libGL.so.1 is a library of the system: write its Debian package, libgl1, into apt.txt"),
    ("libgomp.so.1", "libgomp.so.1 is a library of the system: write its Debian package, libgomp1, into apt.txt"),
    ("libxgboost.so", "libxgboost.so is a library of the system: find its Debian package for apt.txt"),
])
def test_a_library_of_the_system_that_is_missing_has_its_package_named(library, advice, write, tmp_path):
    error = "ImportError('%s: cannot open shared object file: No such file or directory')" % library
    write("MyModel.py", "raise %s" % error)
    with pytest.raises(ImportFailed) as caught:
        load("MyModel", tmp_path)
    assert str(caught.value).endswith("\n" + advice)
    write("Later.py", "class Later:\n    def load(self):\n        raise %s" % error)
    with pytest.raises(LoadFailed) as not_loaded:
        loader.construct(load("Later", tmp_path), {}, str(tmp_path))
    assert str(not_loaded.value).endswith("\n" + advice)


def test_a_package_that_hides_the_file_is_named(write, tmp_path):
    write("MyModel/__init__.py", "")
    write("MyModel.py", "class MyModel:\n    pass")
    with pytest.raises(ClassNotFound) as caught:
        load("MyModel", tmp_path)
    hidden = "MyModel is %s, which hides MyModel.py; rename one of them" % (tmp_path / "MyModel" / "__init__.py")
    assert str(caught.value).splitlines()[1:] == [hidden]
