"""The bill of materials of a build's record."""

from __future__ import annotations

from typing import Any

import pytest
from seldon_runtime.assembly.record.cyclonedx import cyclonedx_of

RECORD: dict[str, Any] = {
    "model": "MyModel",
    "builder": "example/builder:7",
    "python": "3.13.0",
    "architecture": "x86_64",
    "source": {"revision": None, "sha256": "0123"},
    "time": 315532800,
    "packages": [
        {"name": "scipy", "version": "1.0", "licence": None, "origin": "index", "bytes": 7, "needs": ["gone", "numpy"]},
        {"name": "numpy", "version": "2.0", "licence": "BSD-3-Clause", "origin": "builder", "bytes": 9, "needs": []},
    ],
    "server": [{"name": "numpy", "version": "2.0", "licence": "BSD-3-Clause"}],
}


def test_the_bill_of_one_record_is_always_the_same() -> None:
    assert cyclonedx_of(RECORD) == cyclonedx_of(RECORD)


def test_another_record_has_another_serial_number() -> None:
    assert cyclonedx_of(RECORD)["serialNumber"] != cyclonedx_of({**RECORD, "model": "Other"})["serialNumber"]


def test_its_time_is_that_of_the_files() -> None:
    assert cyclonedx_of(RECORD)["metadata"]["timestamp"] == "1980-01-01T00:00:00+00:00"


def test_a_package_in_both_pythons_has_a_reference_in_each() -> None:
    references = [component["bom-ref"] for component in cyclonedx_of(RECORD)["components"]]
    assert references == ["model:scipy@1.0", "model:numpy@2.0", "server:numpy@2.0"]


def test_what_is_needed_and_not_there_is_no_dependency() -> None:
    assert cyclonedx_of(RECORD)["dependencies"][0] == {"ref": "model:scipy@1.0", "dependsOn": ["model:numpy@2.0"]}


@pytest.mark.parametrize(
    ("licence", "entry"),
    [
        ("mit or apache-2.0", [{"expression": "MIT OR Apache-2.0"}]),
        ("BSD License", [{"license": {"name": "BSD License"}}]),
        (None, None),
    ],
)
def test_a_licence_is_an_expression_if_it_is_one_else_a_name(licence: str | None, entry: object) -> None:
    package = {**RECORD["packages"][0], "licence": licence}
    assert cyclonedx_of({**RECORD, "packages": [package]})["components"][0].get("licenses") == entry
