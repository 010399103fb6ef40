"""The layer table of design.md, section 2: a file imports only what stands strictly below it in its own package.

A layer is the table's number and a step within it. The steps make the one exception visible: inside the top layer, inside
`rest/` and `grpc/`, and among the few files of one layer that build on each other, the order is this one and no other.
"""

import ast
import importlib.util
import itertools
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = {name: Path(importlib.util.find_spec(name).origin).parent for name in ("seldon_component", "seldon_runtime")}
LAYERS = {
    "seldon_component": {
        "__main__": (4, 1),
        "host": (4, 0),
        "component": (3, 1),
        "service_types": (3, 0),
        "batch": (2, 2),
        "state_channel": (3, 1),
        "state": (3, 0),
        "raw": (2, 3),
        "proto_message": (2, 2),
        "failure": (2, 0),
        "answers": (2, 1),
        "message": (2, 1),
        "frames": (2, 1),
        "state_dict": (2, 0),
        "loader": (2, 0),
        "onnx.model": (2, 2),
        "onnx.engines": (2, 1),
        "onnx.engine_ngraph": (2, 0),
        "onnx.engine_onnxruntime": (2, 0),
        "onnx.engine_openvino": (2, 0),
        "onnx.nodes": (1, 0),
        "onnx.ngraph_source": (1, 3),
        "onnx.question": (1, 3),
        "onnx.conversion": (1, 2),
        "onnx.batches": (1, 1),
        "onnx.tensor": (1, 0),
        "onnx.choices": (0, 0),
        "hooks": (2, 0),
        "tensor_proto": (1, 1),
        "arrays": (1, 0),
        "payload": (1, 0),
        "progress": (1, 0),
        "proto.classes": (0, 0),
        "errors": (0, 0),
        "compat": (0, 0),
    },
    "seldon_runtime": {
        "__main__": (5, 1),
        "assembly.assemble": (5, 9),
        "assembly.assemble_runtime": (5, 10),
        "assembly.save_artifacts": (5, 9),
        "assembly.describe": (5, 9),
        "assembly.reuse": (5, 8),
        "assembly.archive": (5, 7),
        "assembly.record": (5, 6),
        "assembly.requirements": (5, 6),
        "assembly.bom": (5, 5),
        "assembly.key": (5, 5),
        "assembly.origin": (5, 5),
        "assembly.missing": (5, 5),
        "assembly.source_revision": (5, 5),
        "assembly.steps": (5, 4),
        "assembly.backend": (5, 4),
        "assembly.constraints": (5, 4),
        "assembly.certificates": (5, 4),
        "assembly.credentials": (5, 4),
        "assembly.pip": (5, 4),
        "assembly.self_test": (5, 6),
        "assembly.self_check": (5, 5),
        "assembly.system_packages": (5, 4),
        "assembly.source": (5, 4),
        "assembly.written_files": (5, 4),
        "assembly.needs": (5, 4),
        "assembly.job": (5, 3),
        "assembly.installed": (5, 2),
        "assembly.secrets_folder": (5, 2),
        "assembly.wheel_folder": (5, 2),
        "assembly.interpreter": (5, 1),
        "assembly.requirements_file": (5, 0),
        "assembly.digest": (5, 0),
        "assembly.passwords": (5, 0),
        "assembly.wheels_first.__main__": (5, 0),
        "assembly.errors": (2, 0),
        "tester.microservice": (5, 3),
        "tester.gateway": (5, 3),
        "tester.session": (5, 2),
        "tester.rest_wire": (5, 1),
        "tester.grpc_wire": (5, 1),
        "tester.wire": (5, 0),
        "tester.arguments": (5, 0),
        "supervisor": (5, 0),
        "state_command": (5, 0),
        "usage": (5, 0),
        "rest.served": (4, 5),
        "rest.app": (4, 4),
        "rest.server": (4, 3),
        "rest.predictions": (4, 3),
        "rest.openapi": (4, 1),
        "rest.examples": (4, 0),
        "rest.page": (4, 0),
        "rest.request": (4, 2),
        "rest.body": (4, 1),
        "rest.application": (4, 0),
        "rest.routes": (4, 0),
        "rest.schemas": (4, 0),
        "grpc.server": (4, 2),
        "grpc.health": (4, 1),
        "grpc.predictions": (4, 1),
        "grpc.calls": (4, 0),
        "grpc.services": (4, 0),
        "codec.json_codec": (3, 1),
        "codec.proto_codec": (3, 3),
        "model_chosen": (2, 4),
        "persistence.keeper": (2, 5),
        "persistence.writer": (2, 4),
        "persistence.vault": (2, 3),
        "persistence.lease": (2, 3),
        "persistence.redis_store": (2, 2),
        "persistence.file_store": (2, 2),
        "persistence.seal": (2, 2),
        "persistence.store": (2, 2),
        "persistence.stored": (2, 1),
        "persistence.redis_client": (2, 0),
        "persistence.envelope": (2, 0),
        "persistence.backoff": (2, 0),
        "codec.json_arrays": (3, 0),
        "codec.proto_array": (3, 2),
        "codec.proto_rows": (3, 1),
        "codec.proto_tensor": (3, 1),
        "codec.proto_fields": (3, 0),
        "model_measured": (2, 1),
        "model_workers": (2, 3),
        "model_batched": (2, 0),
        "metadata": (2, 0),
        "metrics": (2, 0),
        "model_deadline": (2, 0),
        "model_process": (2, 2),
        "model_run": (2, 1),
        "model_inline": (2, 1),
        "model_state": (2, 0),
        "inline_python": (2, 0),
        "assignment": (1, 4),
        "settings": (1, 3),
        "values": (1, 2),
        "command_line": (1, 0),
        "settings_files": (1, 0),
        "contract.answer": (1, 3),
        "contract.document": (1, 2),
        "contract.entry": (1, 1),
        "contract.field": (1, 0),
        "model": (1, 0),
        "variables": (1, 1),
        "readers": (1, 0),
        "parameters": (1, 0),
        "combinations": (1, 0),
        "cpus": (0, 0),
        "ending": (0, 0),
        "reaper": (0, 0),
        "scheduling": (0, 0),
        "workers": (0, 0),
        "errors": (0, 0),
    },
}
# inside functions: protobuf for a class with message hooks alone, an engine for an ONNX file alone
OPTIONAL = {
    "proto.classes": {"google"},
    "onnx.engine_ngraph": {"ngraph", "pkg_resources"},
    "onnx.engine_onnxruntime": {"onnxruntime"},
    "onnx.engine_openvino": {"openvino"},
    "onnx.ngraph_source": {"ngraph_onnx", "onnx"},
}
READS_THE_ENVIRONMENT = {"environ", "getenv", "environb"}
STANDARD_LIBRARY = {*sys.stdlib_module_names, "cPickle", "copy_reg", "imp"}  # Python 2's, gone since


def modules(package):
    for path in sorted(PACKAGES[package].rglob("*.py")):
        parts = path.relative_to(PACKAGES[package]).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


ALL = [(package, name, path) for package in PACKAGES for name, path in modules(package)]
IDS = [f"{package}.{name}" for package, name, _ in ALL]
every_module = pytest.mark.parametrize(("package", "name", "path"), ALL, ids=IDS)


def imports_of(package, name, path):
    """Absolute dotted names of everything that a file imports, anywhere in it."""
    here = [package, *name.split(".")] if name else [package]
    folder = here if path.name == "__init__.py" else here[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = folder[:len(folder) - node.level + 1] if node.level else []
            base = [*base, *(node.module.split(".") if node.module else [])]
            yield from (".".join([*base, alias.name]) for alias in node.names)


def module_meant(package, imported):
    """The longest prefix of `package.x.y.name` that is one of the package's modules."""
    known = {name for name, _ in modules(package)}
    parts = imported.split(".")[1:]
    return next((name for size in range(len(parts), 0, -1) if (name := ".".join(parts[:size])) in known), "")


@every_module
def test_a_file_has_a_layer(package, name, path):
    if path.name != "__init__.py":
        assert name in LAYERS[package]


@every_module
def test_a_file_imports_only_what_stands_below_it(package, name, path):
    for imported in imports_of(package, name, path):
        below = module_meant(package, imported) if imported.split(".")[0] == package else ""
        if below and path.name != "__init__.py" and below in LAYERS[package]:
            assert LAYERS[package][below] < LAYERS[package][name], f"{name} imports {below}"


@every_module
def test_an_init_file_imports_nothing_of_its_package(package, name, path):
    if path.name == "__init__.py":
        assert not [imported for imported in imports_of(package, name, path) if imported.split(".")[0] in PACKAGES]


@every_module
def test_the_component_imports_the_standard_library_and_numpy_and_nothing_else(package, name, path):
    if package == "seldon_component":
        allowed = STANDARD_LIBRARY | {"numpy", "seldon_component"} | OPTIONAL.get(name, set())
        assert {imported.split(".")[0] for imported in imports_of(package, name, path)} <= allowed


@every_module
def test_only_settings_reads_the_environment_and_each_command_line_is_parsed_in_one_place(package, name, path):
    if (package, name) == ("seldon_runtime", "settings"):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not attributes & READS_THE_ENVIRONMENT
    imported = set(imports_of(package, name, path))
    assert not imported & {f"os.{word}" for word in READS_THE_ENVIRONMENT}
    assert name in ("command_line", "tester.arguments") or "argparse" not in imported
    assert name.rpartition(".")[2] == "__main__" or "argv" not in attributes


@every_module
def test_only_compat_knows_python_2(package, name, path):
    if name == "compat":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"unicode", "basestring", "xrange", "long", "unichr"}
    assert "version_info" not in {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} \
        or (package, name) == ("seldon_runtime", "inline_python")


def test_the_table_lists_no_file_that_is_gone():
    known = {(package, name) for package, name, _ in ALL}
    assert {(package, name) for package, names in LAYERS.items() for name in names} <= known


def test_there_is_no_dumping_ground():
    names = set(itertools.chain.from_iterable(name.split(".") for _, name, _ in ALL))
    assert not names & {"util", "utils", "helpers", "common", "misc"}


@every_module
def test_a_file_is_at_most_250_lines_long(package, name, path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize("version", ["2.7", "3.6"])
def test_the_component_package_imports_on(version, model_python_of):
    names = [f"seldon_component.{name}".rstrip(".") for name, _ in modules("seldon_component")]
    code = ("import sys, importlib; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1])\n"
            "for name in sys.argv[2:]: importlib.import_module(name)")
    done = subprocess.run([model_python_of(version), "-c", code, str(PACKAGES["seldon_component"].parent), *names],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
