"""seldon_runtime.config.environment_file: its lines, and what wins over them."""

import pytest
from seldon_runtime.config.environment_file import read_environment_file
from seldon_runtime.errors import BadSetting
from support.settings import read


def write(folder, text):
    (folder / ".s2i").mkdir()
    (folder / ".s2i" / "environment").write_bytes(text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize(("text", "found"), [
    ("A=1", {"A": "1"}),
    ("\n# comment\n  A = 1  \n\nB=x=y\nC=\n", {"A": "1", "B": "x=y", "C": ""}),
    ("A=1\r\nA=2\r\n", {"A": "2"}),
    ("A=é", {"A": "é"}),
    ("\ufeffA=1\n#B=2\n", {"A": "1"}),
    ("export A=1\nexport\tB = 2\nexported=3\n", {"A": "1", "B": "2", "exported": "3"}),
    ("", {}),
])
def test_the_environment_file_has_a_variable_a_line(text, found, tmp_path):
    write(tmp_path, text)
    assert read_environment_file(tmp_path) == found


def test_the_environment_file_may_be_utf16_with_its_mark(tmp_path):
    write(tmp_path, "")
    (tmp_path / ".s2i" / "environment").write_bytes("A=é\r\nB=2\r\n".encode("utf-16"))
    assert read_environment_file(tmp_path) == {"A": "é", "B": "2"}


def test_a_setting_in_another_case_is_named_with_its_line(tmp_path):
    write(tmp_path, "MODEL_NAME=M\napi_type=GRPC\nhttps_proxy=http://proxy:3128\n")
    with pytest.raises(BadSetting) as caught:
        read(tmp_path)
    assert str(caught.value) == ".s2i/environment, line 2: expected API_TYPE, found 'api_type'"


def test_lines_without_an_equals_sign_are_named_with_their_numbers(tmp_path):
    write(tmp_path, "MODEL_NAME=M\nAPI_TYPE REST\n\n  hello  ")
    with pytest.raises(BadSetting) as caught:
        read(tmp_path)
    assert str(caught.value) == (".s2i/environment, line 2: expected KEY=value, found 'API_TYPE REST'\n"
                                 ".s2i/environment, line 4: expected KEY=value, found 'hello'")


def test_an_environment_file_that_is_no_text_is_named(tmp_path):
    write(tmp_path, b"MODEL_NAME=\xff")
    with pytest.raises(BadSetting, match=r"\.s2i/environment: expected UTF-8 text"):
        read(tmp_path)


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path, monkeypatch):
    write(tmp_path, "MODEL_NAME=File\nSERVICE_TYPE=ROUTER\nLOG_LEVEL=DEBUG\n")
    monkeypatch.setenv("MODEL_NAME", "Environment")
    monkeypatch.setenv("SERVICE_TYPE", "COMBINER")
    found = read(tmp_path, "Line")
    assert (found.model_name, found.service_type, found.logs.level) == ("Line", "COMBINER", 10)


def test_other_variables_of_the_file_reach_the_class_and_the_environment_wins(tmp_path, monkeypatch):
    write(tmp_path, "MODEL_NAME=M\nWEIGHTS=w.bin\nCOLOUR=blue\n")
    monkeypatch.setenv("COLOUR", "red")
    found = read(tmp_path).component_environment
    assert (found["WEIGHTS"], found["COLOUR"]) == ("w.bin", "red")
