"""seldon_runtime.config.parsers: an error about a frequent mistake says what to write."""

import pytest
from seldon_runtime.errors import BadSetting
from support.settings import read


@pytest.mark.parametrize(("text", "advice"), [
    ('"MyModel"', "; write it without the quotes"), ("'MyModel'", "; write it without the quotes"), ('"', ""), ("My Model", "")])
def test_a_value_in_quotes_says_to_leave_them_out(text, advice, tmp_path, monkeypatch):
    monkeypatch.setenv("MODEL_NAME", text)
    with pytest.raises(BadSetting) as caught:
        read(tmp_path)
    expected = f"MODEL_NAME: expected a Python name, a dotted one, or a model file, found {text!r}{advice}"
    assert str(caught.value) == expected


def test_the_suffix_of_a_file_in_model_name_is_advised_against(tmp_path, monkeypatch):
    monkeypatch.setenv("MODEL_NAME", "MyModel.py")
    with pytest.raises(BadSetting) as caught:
        read(tmp_path)
    assert str(caught.value).endswith(", found 'MyModel.py'; leave .py out")


def test_the_name_of_the_own_machine_is_no_address(tmp_path, monkeypatch):
    monkeypatch.setenv("HOST", "localhost")
    with pytest.raises(BadSetting) as caught:
        read(tmp_path, "M")
    assert str(caught.value) == "HOST: expected an IP address, found 'localhost'; use 127.0.0.1 or ::1"
