"""Packages import only packages that stand below them. docs/architecture.md draws the same order.

A row is a package, or modules that lie flat. What stands in one row may import each other, but never in a circle.
"""

import ast
import functools
import graphlib
import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {name: ROOT / "runtime" / name for name in ("seldon_component", "seldon_runtime")}
# from the bottom to the top
LAYERS = {
    "seldon_component": (
        ("exit_codes", "log_text", "log_context", "log_lines", "class_logging", "print_streams"),
        ("collection", "compat", "errors", "payload"),
        ("proto",),
        ("codec",),
        ("channel",),
        ("onnx",),
        ("model_files", "user_class", "stand_ins"),
        ("state",),
        ("component",),
        ("host",),
        ("__main__",),
    ),
    "seldon_runtime": (
        ("errors",),
        ("system",),
        ("config",),
        ("graph",),
        ("monitoring",),
        ("metrics", "messages"),
        ("contract",),
        ("codec",),
        ("operations",),
        ("model",),
        ("v2",),
        ("v1",),
        ("persistence",),
        ("http_server",),
        ("grpc", "rest"),
        ("orchestrator",),
        ("tester",),
        ("transports",),
        ("supervisor", "inline_server", "server_process"),
        ("assembly",),
        ("manifests",),
        ("commands",),
        ("__main__",),
    ),
}
# inside functions: protobuf for a class with message hooks alone, an engine or library for a file of it alone
OPTIONAL = {
    "proto.classes": {"google"},
    "model_files.adapter_catboost": {"catboost"},
    "model_files.adapter_keras": {"keras"},
    "model_files.adapter_lightgbm": {"lightgbm"},
    "model_files.adapter_mlflow": {"mlflow", "pandas"},
    "model_files.adapter_sklearn": {"pandas"},
    "model_files.adapter_skops": {"skops"},
    "model_files.adapter_torchscript": {"torch"},
    "model_files.adapter_xgboost": {"xgboost"},
    # imported as packages of the top, like those that they stand for
    "stand_ins.seldon_core": {"seldon_core"},
    "stand_ins.seldon_core.user_model": {"seldon_core"},
    "onnx.engine_ngraph": {"ngraph", "pkg_resources"},
    "onnx.engine_onnxruntime": {"onnxruntime"},
    "onnx.engine_openvino": {"openvino"},
    "onnx.ngraph_source": {"ngraph_onnx", "onnx"},
}
STAND_INS = "seldon_component.stand_ins"
NEEDS_PROTOBUF = {"stand_ins.seldon_core.proto.prediction_pb2"}
READERS = {"config.environment", "config.class_python"}  # the second one reads what the first step of a start needs
READS_THE_ENVIRONMENT = {"environ", "getenv", "environb"}
STANDARD_LIBRARY = {*sys.stdlib_module_names, "cPickle", "copy_reg", "imp"}  # Python 2's, gone since


@functools.cache
def modules(package):
    """(dotted name within the package, path) of each file."""
    paths = sorted(PACKAGES[package].rglob("*.py"))
    parts = [path.relative_to(PACKAGES[package]).with_suffix("").parts for path in paths]
    return [(".".join(part for part in one if part != "__init__"), path) for one, path in zip(parts, paths, strict=True)]


ALL = [(package, name, path) for package in PACKAGES for name, path in modules(package)]
IDS = [f"{package}.{name}" for package, name, _ in ALL]
every_module = pytest.mark.parametrize(("package", "name", "path"), ALL, ids=IDS)


@functools.cache
def imports_of(package, name, path):
    """Absolute dotted names of everything that a file imports, anywhere in it."""
    return tuple(_imports_of(package, name, path))


def _imports_of(package, name, path):
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
    known = dict(modules(package))
    parts = imported.split(".")[1:]
    return next((name for size in range(len(parts), 0, -1) if (name := ".".join(parts[:size])) in known), "")


def row_of(package, name):
    """The number of a module's row; the top row for the package itself, which is the command."""
    place = name.split(".")[0]
    return next((number for number, row in enumerate(LAYERS[package]) if place in row), None)


def imports_inside(package, name, path):
    """The modules of its own package that a file imports."""
    for imported in imports_of(package, name, path):
        if imported.split(".")[0] == package and (below := module_meant(package, imported)):
            yield below


@every_module
def test_a_file_lies_in_a_row(package, name, path):
    if name:
        assert row_of(package, name) is not None


@every_module
def test_a_file_imports_only_what_stands_below_it_or_in_its_own_row(package, name, path):
    above = [below for below in imports_inside(package, name, path) if row_of(package, below) > row_of(package, name)]
    assert above == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_imports_form_a_circle(package):
    graph = {name: set(imports_inside(package, name, path)) - {name} for name, path in modules(package)}
    tuple(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


@pytest.mark.parametrize("package", PACKAGES)
def test_the_table_lists_nothing_that_is_gone(package):
    places = {name.split(".")[0] for name, _ in modules(package)}
    assert {place for row in LAYERS[package] for place in row} <= places


@every_module
def test_a_package_says_what_it_must_never_do(package, name, path):
    if path.name == "__init__.py":
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert re.search(r"\b(never|nothing)\b", docstring, re.IGNORECASE)


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
def test_config_alone_reads_the_environment_and_the_command_line(package, name, path):
    if package == "seldon_runtime" and name in READERS:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not attributes & READS_THE_ENVIRONMENT
    imported = set(imports_of(package, name, path))
    assert not imported & {f"os.{word}" for word in READS_THE_ENVIRONMENT}
    assert name.startswith("config.") or "argparse" not in imported
    assert name.rpartition(".")[2] == "__main__" or "argv" not in attributes


@every_module
def test_only_compat_knows_python_2(package, name, path):
    if name == "compat":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"unicode", "basestring", "xrange", "long", "unichr"}
    assert "version_info" not in {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} \
        or (package, name) == ("seldon_runtime", "model.inline.interpreter")


def test_there_is_no_dumping_ground():
    names = set(itertools.chain.from_iterable(name.split(".") for _, name, _ in ALL))
    assert not names & {"util", "utils", "helpers", "common", "misc"}


def lines_of(function):
    """How many lines a function has, without its docstring."""
    has_docstring = ast.get_docstring(function) is not None
    docstring = function.body[0].end_lineno - function.body[0].lineno + 1 if has_docstring else 0
    return function.end_lineno - function.lineno + 1 - docstring


@pytest.mark.parametrize("folder", ["runtime", "bench", "make", "test"])
def test_a_file_has_at_most_250_lines(folder):
    paths = (ROOT / folder).rglob("*.py")
    assert [path.name for path in paths if len(path.read_text(encoding="utf-8").splitlines()) > 250] == []


@pytest.mark.parametrize("folder", ["runtime", "bench", "make", "test"])
def test_a_function_has_at_most_20_lines(folder):
    long = []
    for path in (ROOT / folder).rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        long += [f"{path.name}:{node.name}" for node in functions if lines_of(node) > 20]
    assert long == []


@pytest.mark.parametrize("version", ["2.7", "3.6"])
def test_the_component_package_imports_on(version, model_python_of):
    names = [f"seldon_component.{name}".rstrip(".").removeprefix(f"{STAND_INS}.")
             for name, _ in modules("seldon_component") if name not in NEEDS_PROTOBUF]
    code = ("import sys, importlib; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1])\n"
            f"sys.path.append(sys.argv[1] + '/{STAND_INS.replace('.', '/')}')\n"
            "for name in sys.argv[2:]: importlib.import_module(name)")
    done = subprocess.run([model_python_of(version), "-c", code, str(PACKAGES["seldon_component"].parent), *names],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
