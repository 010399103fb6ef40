"""seldon_component.onnx.engines: which engine serves a file."""

import pytest
from seldon_component import compat
from seldon_component.errors import EngineNotFound
from seldon_component.onnx import engine_names, engine_onnxruntime, engine_openvino, engines
from support.onnx_models import write


@pytest.fixture
def installed(monkeypatch):
    """Pretend that only these packages are installed."""
    def only(*packages):
        monkeypatch.setattr(compat, "module_exists", lambda name: name in packages)
    return only


@pytest.fixture
def path(tmp_path):
    from onnx import helper

    return str(write(tmp_path / "m.onnx", [helper.make_node("Abs", ["x"], ["y"])], {"x": ["N", 2]}, {"y": ["N", 2]}))


@pytest.mark.parametrize(("packages", "wanted", "engine"), [
    (("onnxruntime", "openvino"), None, engine_onnxruntime),
    (("openvino",), None, engine_openvino),
    (("onnxruntime", "openvino"), "openvino", engine_openvino),
])
def test_the_wanted_engine_or_the_first_one_serves(packages, wanted, engine, installed, path):
    installed(*packages)
    assert engines.load(path, "m.onnx", wanted, 1)[0] is engine


@pytest.mark.parametrize(("packages", "wanted", "words"), [
    ((), None, "m.onnx: an engine for ONNX files is not installed. Installed: none. Add onnxruntime (or openvino) to "),
    (("openvino",), "ngraph", "m.onnx: ONNX_ENGINE=ngraph is not installed. Installed: openvino. Add "),
])
def test_an_error_for_a_missing_engine_lists_the_installed_ones(packages, wanted, words, installed, path):
    installed(*packages)
    with pytest.raises(EngineNotFound) as raised:
        engines.load(path, "m.onnx", wanted, 1)
    assert str(raised.value).startswith(words)


def test_an_installed_ngraph_comes_first():
    assert engine_names.NAMES == ("ngraph", "onnxruntime", "openvino")
