"""What the commands `describe` and `manifest` say of a build."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name
from support import strict_yaml
from support.package_index import Index, make_wheel
from support.sandbox import Sandbox
from support.scripts import variables, version_of

MODEL_WITH_ARGUMENTS = """
print("imported")
class MyModel(object):
    def __init__(self, factor, words=u"n", path=None):
        pass
    def predict(self, X, features_names):
        return X
"""
FEATURE = {"name": "width", "dtype": "FLOAT", "ftype": "continuous", "range": [1, 2]}
CONTRACT = {"features": [FEATURE], "targets": [FEATURE]}
PARAMETERS = '[{"name": "factor", "type": "FLOAT", "value": "0.5"}]'


@pytest.fixture(scope="module")
def built(builder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A build with one package from the wheel folder, one from the index and the source's own. The tests only read it."""
    folder = tmp_path_factory.mktemp("built")
    index = Index(folder / "index")
    sandbox = Sandbox(folder, builder, index)
    make_wheel(sandbox.wheels, "rounding", "1.5", size=2_000_000)
    make_wheel(sandbox.index.folder, "pricing", "1.0", requires=["rounding", "numpy"])
    (sandbox.source / "MyModel.py").write_text(MODEL_WITH_ARGUMENTS)
    (sandbox.source / "contract.json").write_text(json.dumps(CONTRACT))
    (sandbox.source / "setup.py").write_text("import setuptools\nsetuptools.setup(name='shop', version='3')\n")
    build = sandbox.assemble("pricing", SELDON_BUILDER="example/builder:7", SOURCE_REVISION="c0ffee",
                             PREDICTIVE_UNIT_PARAMETERS=PARAMETERS)
    assert build.returncode == 0, build.stderr
    yield sandbox
    index.close()


@pytest.fixture(scope="module")
def described(built: Sandbox) -> dict[str, Any]:
    """What the build says of itself, for programs."""
    found: dict[str, Any] = json.loads(built.describe("--json").stdout)
    return found


def test_it_names_the_builder_the_source_and_each_package_with_its_origin_licence_and_size(built: Sandbox) -> None:
    described = built.describe()
    assert (described.returncode, described.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in described.stdout.splitlines()]
    assert "model MyModel" in lines
    assert any(line.startswith("source c0ffee, sha256 ") for line in lines)
    assert "builder example/builder:7" in lines
    assert any(line.startswith(f"python {version_of(str(built.python))}.") for line in lines)
    assert "2.0 rounding==1.5 wheel folder Apache-2.0" in lines
    assert "0.0 pricing==1.0 index Apache-2.0" in lines
    assert any(line.endswith(" shop==3 source licence unknown") for line in lines)
    assert any(" numpy==" in line and " builder " in line for line in lines)
    assert any(line.endswith(" Installing requirements.txt") for line in lines)


def test_its_bill_of_materials_has_a_component_a_package_and_what_each_depends_on(described: dict[str, Any]) -> None:
    bom = described["bom"]
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    components = {component["bom-ref"]: component for component in bom["components"]}
    pricing = components["model:pricing@1.0"]
    assert (pricing["purl"], pricing["licenses"]) == ("pkg:pypi/pricing@1.0", [{"expression": "Apache-2.0"}])
    assert {"name": "seldon:origin", "value": "index"} in pricing["properties"]
    depends_on = {entry["ref"]: entry["dependsOn"] for entry in bom["dependencies"]}["model:pricing@1.0"]
    assert [reference.partition("@")[0] for reference in depends_on] == ["model:numpy", "model:rounding"]
    assert {"server:orjson", "server:uvloop"} <= {reference.partition("@")[0] for reference in components}


def test_its_bill_of_materials_fits_the_official_schema(described: dict[str, Any]) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(described["bom"])) is None


def test_it_has_every_package_that_pip_freezes(built: Sandbox, described: dict[str, Any]) -> None:
    packages = described["build"]["packages"]
    command: list[str | Path] = [built.python, "-m", "pip", "freeze", "--all"]
    variables_of_pip = variables(**built.index.options)
    frozen = subprocess.run(command, env=variables_of_pip, capture_output=True, text=True, check=True).stdout.splitlines()
    # a package of the source's own is frozen as the folder that it came from
    found = [re.fullmatch(r"(.+?)(?:==| @ )(.+)", line) for line in frozen]
    assert None not in found, frozen
    names, versions = zip(*(match.groups() for match in found if match), strict=True)
    recorded = {each["name"]: each["version"] for each in packages}
    assert {canonicalize_name(name) for name in names} == recorded.keys()
    assert {version for version in versions if not version.startswith("file:")} <= set(recorded.values())


def test_where_nothing_was_built_it_says_so(one_sandbox: Sandbox) -> None:
    described = one_sandbox.describe()
    assert described.returncode == 1
    assert described.stderr.startswith("no model has been built here")


def test_the_server_is_not_among_the_packages_of_the_model(described: dict[str, Any]) -> None:
    record = described["build"]
    assert "uvloop" not in [package["name"] for package in record["packages"]]
    assert "uvloop" in [package["name"] for package in record["server"]]


def test_it_has_the_arguments_of_the_class_and_what_its_load_took(described: dict[str, Any]) -> None:
    record = described["build"]
    assert record["service_type"] == "MODEL"
    assert record["constructor"] == [
        {"name": "factor", "required": True, "type": None, "value": None},
        {"name": "words", "required": False, "type": "STRING", "value": "n"},
        {"name": "path", "required": False, "type": None, "value": None},
    ]
    assert 0 < described["measured"]["load_seconds"] < sum(described["seconds"].values())
    assert 2**20 < described["measured"]["peak_bytes"] < 2**30


def test_a_manifest_has_what_the_build_recorded_and_imports_nothing(built: Sandbox) -> None:
    given = variables(MODEL_PYTHON=built.python, MICROSERVICE_HOME=built.home, PREDICTIVE_UNIT_PARAMETERS=PARAMETERS, MODEL_NAME="MyModel")
    command = [sys.executable, "-m", "seldon_runtime.commands.manifest", "--image", "shop/my-model:1"]
    manifest = subprocess.run(command, cwd="/", env=given, capture_output=True, text=True, check=False)
    assert (manifest.returncode, manifest.stderr) == (0, "")
    deployment = next(each for each in strict_yaml.load_all(manifest.stdout) if each["kind"] == "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    found = {each["name"]: each["value"] for each in container["env"]}
    assert json.loads(found["PREDICTIVE_UNIT_PARAMETERS"]) == [
        {"name": "factor", "type": "FLOAT", "value": "0.5"}, {"name": "words", "type": "STRING", "value": "n"}]
    assert re.search(r"memory: .*self-test a process of the class took \d+ MiB", manifest.stdout)
