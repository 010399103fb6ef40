"""What the documents say about variables and exit codes is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from seldon_component import errors as component_errors
from seldon_component.errors import StartError
from seldon_runtime import errors
from seldon_runtime.assembly import errors as assembly_errors
from seldon_runtime.assembly.steps import self_test
from seldon_runtime.commands.usage import guide
from seldon_runtime.config import settings
from seldon_runtime.config.parsers import STORE_SCHEMES
from seldon_runtime.config.variables import VARIABLES
from seldon_runtime.contract import document

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def documented_default(variable):
    if variable.name == "MODEL_NAME":
        return "required"
    return "none" if variable.default is None else f"`{variable.default}`"


def test_configuration_md_has_a_row_for_each_variable_and_no_other():
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*) \| (.*) \| (.*) \|$", CONFIGURATION, re.MULTILINE)
    assert rows == [(v.name, v.allowed, documented_default(v), v.meaning) for v in VARIABLES]


def test_the_readme_says_the_same_of_the_variables_that_it_names():
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*) \| (.*) \|$", README, re.MULTILINE)
    known = {v.name: (v.name, v.allowed, documented_default(v).strip("`")) for v in VARIABLES}
    assert len(rows) == 4
    assert rows == [known[row[0]] for row in rows]


def test_the_usage_text_names_every_variable():
    assert [v.name for v in VARIABLES if v.name not in guide()] == []


def test_configuration_md_lists_the_exit_code_of_each_error_that_ends_the_process():
    modules = (component_errors, errors, settings, assembly_errors, self_test, document)
    classes = {value for module in modules for value in vars(module).values()
               if isinstance(value, type) and issubclass(value, StartError) and "exit_code" in vars(value)}
    codes = {cls.exit_code for cls in classes - {StartError}}
    assert codes | {0} == {int(code) for code in re.findall(r"^\| (\d+) \|", CONFIGURATION, re.MULTILINE)}


def test_no_two_errors_share_an_exit_code():
    modules = (component_errors, errors, settings, assembly_errors, self_test, document)
    classes = {value for module in modules for value in vars(module).values()
               if isinstance(value, type) and issubclass(value, StartError) and "exit_code" in vars(value)}
    codes = [cls.exit_code for cls in classes]
    assert sorted(codes) == sorted(set(codes))


def test_every_document_that_the_readme_links_exists():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_runtime_package_and_the_readme_bear_the_version():
    version = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
    assert f'version = "{version}"' in (ROOT / "runtime" / "pyproject.toml").read_text(encoding="utf-8")
    assert f"seldon-core-s2i-python3:{version} " in README
    assert f"## {version} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_exit_codes_stand_in_one_table_by_number():
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", CONFIGURATION, re.MULTILINE)]
    assert codes == sorted(set(codes))


def test_the_text_of_persistence_url_names_every_scheme():
    allowed = next(v.allowed for v in VARIABLES if v.name == "PERSISTENCE_URL").split(", ")
    schemes = {text.removesuffix("://…").replace("(s)", s) for text in allowed for s in ("", "s")}
    assert schemes == set(STORE_SCHEMES)
