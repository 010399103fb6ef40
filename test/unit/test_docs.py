"""What the documents say about variables and exit codes is what the code does."""

from __future__ import annotations

import collections
import re
from pathlib import Path

from seldon_component import exit_codes
from seldon_runtime.commands.usage import guide
from seldon_runtime.config.parsers import STORE_SCHEMES
from seldon_runtime.config.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
RUNTIME = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "runtime").rglob("*.py")))
CODES = {name: code for name, code in vars(exit_codes).items() if name.isupper()}


def documented_default(variable):
    if variable.required:
        return "required"
    return "none" if variable.default is None else f"`{variable.default}`"


def test_configuration_md_has_a_row_for_each_variable_and_no_other():
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.*) \| (.*) \| (.*) \|$", CONFIGURATION, re.MULTILINE)
    assert rows == [(v.name, v.allowed, documented_default(v), v.meaning) for v in VARIABLES]


def test_the_readme_says_the_same_of_the_variables_that_it_names():
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.*) \| (.*) \|$", README, re.MULTILINE)
    known = {v.name: (v.name, v.allowed, documented_default(v).strip("`")) for v in VARIABLES}
    assert len(rows) == 4
    assert rows == [known[row[0]] for row in rows]


def test_the_usage_text_names_every_variable():
    assert [v.name for v in VARIABLES if v.name not in guide()] == []


def test_each_exit_code_is_in_the_table_once_and_belongs_to_one_error():
    assert list(CODES.values()) == sorted(set(CODES.values()))
    assert collections.Counter(re.findall(r"^    exit_code = exit_codes\.(\w+)$", RUNTIME, re.MULTILINE)) == dict.fromkeys(CODES, 1)


def test_no_error_has_an_exit_code_beside_the_table():
    literals = re.findall(r"^class (\w+)\(.*\n(?:    .*\n|\n)*?    exit_code = (\d+)", RUNTIME, re.MULTILINE)
    assert sorted(literals) == [("StartError", "1"), ("_NoTensor", "2")]  # the base class; a tester's wrong argument


def test_configuration_md_lists_each_exit_code_in_order():
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", CONFIGURATION, re.MULTILINE)] == [0, *CODES.values()]


def test_every_document_that_the_readme_links_exists():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []


def test_the_runtime_package_and_the_readme_bear_the_version():
    version = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
    assert f'version = "{version}"' in (ROOT / "runtime" / "pyproject.toml").read_text(encoding="utf-8")
    assert f"seldon-core-s2i-python3:{version} " in README
    assert f"## {version} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_text_of_persistence_url_names_every_scheme():
    allowed = next(v.allowed for v in VARIABLES if v.name == "PERSISTENCE_URL").split(", ")
    schemes = {text.removesuffix("://…").replace("(s)", s) for text in allowed for s in ("", "s")}
    assert schemes == set(STORE_SCHEMES)
