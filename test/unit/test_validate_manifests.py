"""The program of CI that validates printed objects by a folder of JSON Schemas."""

import importlib.util
import json
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / ".ci" / "validate_manifests.py"
SCHEMA = {"type": "object", "properties": {"apiVersion": {}, "kind": {}, "spec": {"$ref": "_definitions.json#/$defs/spec"}}, "additionalProperties": False}
DEFINITIONS = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": {"spec": {"type": "object", "properties": {"replicas": {"type": "integer"}}}}}


@pytest.fixture
def program(tmp_path):
    """The program's module. The folder has a schema of Knative's Service."""
    spec = importlib.util.spec_from_file_location("validate_manifests", PROGRAM)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "service-serving-v1.json").write_text(json.dumps(SCHEMA), "utf-8")
    (tmp_path / "_definitions.json").write_text(json.dumps(DEFINITIONS), "utf-8")
    return module


def knative(**fields):
    return {"apiVersion": "serving.knative.dev/v1", "kind": "Service", **fields}


@pytest.mark.parametrize(("fields", "code", "line"), [
    ({"spec": {"replicas": 2}}, 0, ""),
    ({"spec": {"replicas": "2"}}, 1, "knative: Service: $.spec.replicas: '2' is not of type 'integer'"),
    ({"status": {}}, 1, "knative: Service: $: Additional properties are not allowed ('status' was unexpected)"),
])  # fmt: skip
def test_a_mistake_has_its_place(program, tmp_path, monkeypatch, capsys, fields, code, line):
    monkeypatch.setattr(program, "printed_objects", lambda: [("knative", knative(**fields)), ("compose", {"services": {}})])
    assert program.main(tmp_path) == code
    assert capsys.readouterr().out == (f"{line}\n" if line else "") + f"1 objects of 1 kinds, {code} mistakes\n"


def test_a_kind_without_a_schema_is_no_success(program, tmp_path, monkeypatch):
    monkeypatch.setattr(program, "printed_objects", lambda: [("plain", {"apiVersion": "apps/v1", "kind": "Deployment"})])
    with pytest.raises(FileNotFoundError, match="deployment-apps-v1.json"):
        program.main(tmp_path)


def test_the_examples_graphs_are_among_the_objects(program):
    names = [text for text, _ in program.printed_objects()]
    assert [name for name in names if name.startswith("examples/")] == ["examples/graph-bandit/graph.yaml", "examples/graph-pythons/graph.yaml"]
