"""A requirements.txt, read as pip reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pip._internal.network.session import PipSession
from pip._internal.req.req_file import parse_requirements
from seldon_runtime.assembly.packages.requirements_file import RequirementsFile, read_requirements

TEXT = """\
# what the model needs
scikit-learn == 1.5   # exactly
numpy>=1.20; python_version >= "3"
pandas[excel]==2.0 \\
    --hash=sha256:0123
--index-url https://pypi.example.com/simple
-i https://pypi.example.com/simple
-r more/others.txt
-c limits.txt
git+https://github.com/example/tool.git@main
./local-package
"""


def write(folder: Path, text: str, name: str = "requirements.txt") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def read(folder: Path, text: str, **variables: str) -> RequirementsFile:
    return read_requirements(write(folder, text), variables)


def names(file: RequirementsFile) -> list[str]:
    return [requirement.name for requirement in file.requirements]


@pytest.fixture
def file(tmp_path: Path) -> RequirementsFile:
    write(tmp_path, "joblib\n", "more/others.txt")
    write(tmp_path, "threadpoolctl<3\n", "limits.txt")
    return read(tmp_path, TEXT)


def test_the_projects_are_named_those_of_included_files_too(file: RequirementsFile) -> None:
    assert names(file) == ["scikit-learn", "numpy", "pandas", "joblib"]


def test_a_version_a_marker_and_an_extra_are_kept(file: RequirementsFile) -> None:
    learn, numpy, pandas, _ = file.requirements
    assert (str(learn.specifier), str(numpy.marker), pandas.extras) == ("==1.5", 'python_version >= "3"', {"excel"})


def test_what_pip_alone_can_read_is_set_apart(file: RequirementsFile) -> None:
    assert file.unnamed == ("git+https://github.com/example/tool.git@main", "./local-package")


def test_the_text_is_that_of_all_the_files_constraints_too(file: RequirementsFile) -> None:
    assert all(word in file.text for word in ("scikit-learn", "joblib", "threadpoolctl<3"))


def test_the_text_tells_a_constraint_from_a_requirement(tmp_path: Path) -> None:
    write(tmp_path, "joblib\n", "other.txt")
    assert read(tmp_path, "-r other.txt\n").text != read(tmp_path, "-c other.txt\n").text


def test_hashes_are_noticed(file: RequirementsFile, tmp_path: Path) -> None:
    assert (file.has_hashes, file.hashes) == (True, frozenset({"0123"}))
    assert not read_requirements(tmp_path / "limits.txt", {}).has_hashes
    assert read(tmp_path, "--require-hashes\n").has_hashes
    assert not read(tmp_path, "numpy  # without --hash=sha256:0123\n").has_hashes


def test_no_file_has_no_requirements(tmp_path: Path) -> None:
    assert read_requirements(tmp_path / "requirements.txt", {}) == RequirementsFile()


def test_a_variable_has_its_value_and_an_unknown_one_is_left_to_pip(tmp_path: Path) -> None:
    file = read(tmp_path, "${PACKAGE}==${VERSION}\n${UNKNOWN}==1\n$PACKAGE\n", PACKAGE="numpy", VERSION="1.20")
    assert [str(each) for each in file.requirements] == ["numpy==1.20"]
    assert file.unnamed == ("${UNKNOWN}==1", "$PACKAGE")
    assert file.text != read(tmp_path, "${PACKAGE}==${VERSION}\n", PACKAGE="numpy", VERSION="1.21").text


def test_a_password_in_a_variable_is_not_shown(tmp_path: Path) -> None:
    assert "s3cr3t" not in repr(read(tmp_path, "-i https://reader:${WORD}@pypi.example.com/simple\n", WORD="s3cr3t"))


def test_a_file_that_includes_itself_is_left_to_pip(tmp_path: Path) -> None:
    assert read(tmp_path, "numpy\n-r requirements.txt\n").unnamed == ("-r requirements.txt",)


def test_an_include_that_cannot_be_followed_is_left_to_pip(tmp_path: Path) -> None:
    text = "-r https://example.com/more.txt\n-r missing.txt\n-c https://example.com/limits.txt\n"
    assert read(tmp_path, text).unnamed == ("-r https://example.com/more.txt", "-r missing.txt")


def test_a_line_that_pip_refuses_is_left_to_pip(tmp_path: Path) -> None:
    lines = ("--no-such-option", '-r "open', "numpy --no-such-option", "two words")
    file = read(tmp_path, "".join(f"{line}\n" for line in lines))
    assert (file.unnamed, file.requirements) == (lines, ())


def test_each_pair_of_hashes_is_kept(tmp_path: Path) -> None:
    file = read(tmp_path, "numpy==1.20 \\\n  --hash=sha256:01 \\\n  --hash sha512:23\n")
    assert (names(file), file.hashes) == (["numpy"], frozenset({"01", "23"}))


# text of a file -> its named requirements, its unnamed lines
FILES = {
    "an editable path": ("-e ./local\n--editable=./other\n", [], ["-e ./local", "--editable=./other"]),
    "quoted includes": ('-r "a folder/others.txt"\n', ["joblib"], []),
    "includes without blanks": ("-rmore/others.txt\n--requirement=more/others.txt\n", ["joblib", "joblib"], []),
    "an include of an included file's folder": ("-r more/nested.txt\n", ["joblib"], []),
    "a requirement in a constraint's include": ("-c more/nested.txt\n", ["joblib"], []),
    "wheels": (
        "./wheels/pricing-1.0-py3-none-any.whl\npricing-1.0-py3-none-any.whl\nmy wheels/pricing-1.0-py3-none-any.whl\n",
        [],
        [
            "./wheels/pricing-1.0-py3-none-any.whl",
            "pricing-1.0-py3-none-any.whl",
            "my wheels/pricing-1.0-py3-none-any.whl",
        ],
    ),
    "a wheel's URL with a name": (
        "pricing @ https://example.com/pricing-1.0-py3-none-any.whl\n",
        ["pricing @ https://example.com/pricing-1.0-py3-none-any.whl"],
        [],
    ),
    "comments": ("# first\nnumpy # one\npandas#1\n    # last", ["numpy"], ["pandas#1"]),
    "a comment that ends with a backslash": ("# first \\\nnumpy\n", ["numpy"], []),
    "a comment within a continued line": ("numpy \\\n# not continued\npandas\n", ["numpy", "pandas"], []),
    "a backslash at the end": ("numpy\\\n>=1\\", ["numpy>=1"], []),
    "Windows' lines and its mark": ("\ufeffnumpy\r\npandas>=1, \\\r\n  <2\r\n", ["numpy", "pandas<2,>=1"], []),
    "extras and a marker": (
        "uvicorn[standard] >= 0.20 ; sys_platform != 'win32'\n",
        ['uvicorn[standard]>=0.20; sys_platform != "win32"'],
        [],
    ),
    "options of pip": (
        "--pre\n--no-binary :all:\n-f ./wheels\n--trusted-host example.com\n--prefer-binary\nnumpy\n",
        ["numpy"],
        [],
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("more/others.txt", "a folder/others.txt"):
        write(tmp_path, "joblib\n", name)
    write(tmp_path, "-r others.txt\n", "more/nested.txt")
    return tmp_path


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read(name: str, folder: Path) -> None:
    text, requirements, unnamed = FILES[name]
    file = read(folder, text)
    assert [str(each) for each in file.requirements] == requirements
    assert list(file.unnamed) == unnamed


@pytest.mark.parametrize("name", FILES)
def test_pip_finds_as_many_requirements(name: str, folder: Path) -> None:
    file = read(folder, FILES[name][0])
    found = [each for each in parse_requirements(str(folder / "requirements.txt"), PipSession()) if not each.constraint]
    assert len(found) == len(file.requirements) + len(file.unnamed)
