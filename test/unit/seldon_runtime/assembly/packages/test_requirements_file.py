"""A requirements.txt as far as it names projects."""

from __future__ import annotations

from pathlib import Path

import pytest
from seldon_runtime.assembly.packages.requirements_file import RequirementsFile

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


@pytest.fixture
def file(tmp_path: Path) -> RequirementsFile:
    (tmp_path / "requirements.txt").write_text(TEXT)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "others.txt").write_text("joblib\n")
    (tmp_path / "limits.txt").write_text("threadpoolctl<3\n")
    return RequirementsFile(tmp_path / "requirements.txt")


def test_the_projects_are_named_those_of_included_files_too(file: RequirementsFile) -> None:
    assert [requirement.name for requirement in file.requirements] == ["scikit-learn", "numpy", "pandas", "joblib"]


def test_a_version_a_marker_and_an_extra_are_kept(file: RequirementsFile) -> None:
    learn, numpy, pandas, _ = file.requirements
    assert (str(learn.specifier), str(numpy.marker), pandas.extras) == ("==1.5", 'python_version >= "3"', {"excel"})


def test_what_pip_alone_can_read_is_set_apart(file: RequirementsFile) -> None:
    assert file.unnamed == ["git+https://github.com/example/tool.git@main", "./local-package"]


def test_the_text_is_that_of_all_the_files_constraints_too(file: RequirementsFile) -> None:
    assert all(word in file.text for word in ("scikit-learn", "joblib", "threadpoolctl<3"))


def test_hashes_are_noticed(file: RequirementsFile, tmp_path: Path) -> None:
    assert file.has_hashes
    assert not RequirementsFile(tmp_path / "limits.txt").has_hashes


def test_no_file_has_no_requirements(tmp_path: Path) -> None:
    assert RequirementsFile(tmp_path / "requirements.txt").requirements == []
