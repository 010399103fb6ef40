"""seldon_runtime.model.separate.class_check: a class is checked and described in its own Python."""

import dataclasses

import pytest
from seldon_runtime.config.environment import read_settings
from seldon_runtime.model.separate import class_check


@pytest.mark.parametrize(("source", "code"), [
    ("class M(object):\n    def predict(self, X): pass", 0), ("class M(object): pass", 14), ("1 / 0", 13), ("", 12),
])
def test_a_class_is_checked_in_its_own_python(source, code, tmp_path, model_python):
    (tmp_path / "M.py").write_text(source)
    settings = dataclasses.replace(read_settings(["M"], tmp_path, tmp_path / "none"), model_python=model_python)
    assert class_check.check(settings).code == code


def test_a_check_tells_the_arguments_of_the_constructor(tmp_path, model_python):
    (tmp_path / "M.py").write_text("""
class M(object):
    def __init__(self, a, b=3, c=0.1, d=True, e='n', f=u'\\u00e9', g=None, h=10 ** 30, *i, **j): pass
    def predict(self, X): pass
""")
    settings = dataclasses.replace(read_settings(["M"], tmp_path, tmp_path / "none"), model_python=model_python)
    assert [tuple(each[key] for key in ("name", "required", "type", "value"))
            for each in class_check.check(settings).description["constructor"]] == [
        ("a", True, None, None), ("b", False, "INT", "3"), ("c", False, "FLOAT", "0.1"), ("d", False, "BOOL", "true"),
        ("e", False, "STRING", "n"), ("f", False, "STRING", "\u00e9"), ("g", False, None, None), ("h", False, "INT", str(10**30))]


def test_checking_with_an_interpreter_that_is_none_has_an_exit_code(tmp_path):
    settings = dataclasses.replace(read_settings(["M"], tmp_path, tmp_path / "none"), model_python="/bin/false")
    assert class_check.check(settings).code == 1
