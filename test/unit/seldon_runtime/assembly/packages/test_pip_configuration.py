"""What pip's configuration says, as pip itself reads it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from seldon_runtime.assembly.packages.pip_configuration import read_pip_options


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """Of a machine with a file in each place that a test may write to, and with a variable."""
    texts = {
        "system/pip/pip.conf": "[global]\nindex-url = https://system.example\ntimeout = 1\n[list]\nformat = json\n",
        ".pip/pip.conf": "[install]\nfind-links =\n    one\n    two\n[global]\nretries = 1\ntimeout = 2\n",
        ".config/pip/pip.conf": "[global]\nRETRIES = 2\n[install]\nno_binary = numpy\n",
        "environment/pip.conf": "[install]\nuser = true\n",
        "given.conf": "[global]\n--trusted-host = given.example\nuser = false\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return {
        "HOME": str(tmp_path),
        "XDG_CONFIG_DIRS": str(tmp_path / "system"),
        "PIP_TIMEOUT": "3",
        "PIP_PRE": "",
        "PATH": "/bin",
    }


def given(variables: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return {**variables, "PIP_CONFIG_FILE": str(tmp_path / "given.conf")}


def test_the_last_file_wins_then_the_section_of_install_then_the_variable(variables: dict[str, str], tmp_path: Path) -> None:
    found = read_pip_options(variables, str(tmp_path / "environment" / "bin" / "python"))
    assert found.items() >= {  # this machine's /etc/pip.conf may say more
        "index-url": "https://system.example",
        "timeout": "3",
        "find-links": "\none\ntwo",
        "retries": "2",
        "no-binary": "numpy",
        "user": "true",
    }.items()
    assert not {"format", "pre", "config-file"} & found.keys()


def test_an_empty_variable_leaves_the_files_option_alone(variables: dict[str, str], tmp_path: Path) -> None:
    found = read_pip_options({**variables, "PIP_INDEX_URL": "", "PIP_RETRIES": ""}, str(tmp_path / "bin" / "python"))
    assert (found["index-url"], found["retries"]) == ("https://system.example", "2")


def test_a_given_file_takes_the_place_of_the_users(variables: dict[str, str], tmp_path: Path) -> None:
    found = read_pip_options(given(variables, tmp_path), str(tmp_path / "bin" / "python"))
    assert found.items() >= {"index-url": "https://system.example", "trusted-host": "given.example", "user": "false"}.items()
    assert not {"retries", "no-binary"} & found.keys()


def test_a_null_device_as_the_file_means_no_file(variables: dict[str, str], tmp_path: Path) -> None:
    options = read_pip_options({**variables, "PIP_CONFIG_FILE": "/dev/null"}, str(tmp_path / "bin" / "python"))
    assert options == {"timeout": "3"}


@pytest.mark.parametrize("content", [b"index-url = https://a.example\n", b"[global]\nindex-url = \xff\n", b"[global\n"])
def test_a_file_that_cannot_be_read_is_named(content: bytes, variables: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "given.conf").write_bytes(content)
    with pytest.raises(ValueError, match="given.conf cannot be read"):
        read_pip_options(given(variables, tmp_path), str(tmp_path / "bin" / "python"))


@pytest.mark.parametrize("is_given", [True, False])
def test_pip_reads_the_same(is_given: bool, variables: dict[str, str], tmp_path: Path, model_python_of) -> None:
    """pip lists an option once for each file that has it, in no order. Which of them wins is tested above."""
    python = model_python_of("3.13")
    variables = given(variables, tmp_path) if is_given else variables
    listed = subprocess.run([python, "-m", "pip", "config", "list"], env=variables, capture_output=True, text=True, check=True)
    values: dict[str, set[str]] = {}
    for line in listed.stdout.splitlines():
        name, _, text = line.partition("=")
        if name.startswith(("global.", "install.", ":env:.")) and text != "''":
            values.setdefault(name.rpartition(".")[2], set()).add(text.strip("'").replace("\\n", "\n"))
    found = read_pip_options(variables, python)
    assert found.keys() == values.keys() - {"config-file"}
    assert all(text in values[name] for name, text in found.items())
