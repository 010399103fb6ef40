"""s2i/bin/assemble again, with a source that has changed: its code and its packages are always those of this source."""

from __future__ import annotations

import shutil

import pytest
from support.package_index import make_wheel
from support.sandbox import MODEL, Sandbox, build, origins


def served(sandbox: Sandbox) -> set[str]:
    return {str(path.relative_to(sandbox.home)) for path in sandbox.home.rglob("*.py")}


def test_on_top_of_an_earlier_build_new_source_is_new_code_and_nothing_is_left_over(sandbox: Sandbox) -> None:
    """All files have one time stamp, and the two texts one size: so byte code of the first looks like the second's."""
    (sandbox.source / "MyModel.py").write_text(f"print('factor 2')\n{MODEL}")
    (sandbox.source / "MyModel").mkdir()
    (sandbox.source / "MyModel" / "data.py").touch()
    (sandbox.source / "setup.py").write_text("import setuptools\nsetuptools.setup(name='shop', version='1')\n")
    assert "factor 2" in build(sandbox)
    (sandbox.home / "of-the-builder.py").touch()
    shutil.rmtree(sandbox.source / "MyModel")
    (sandbox.source / "setup.py").unlink()
    (sandbox.source / "MyModel.py").write_text(f"print('factor 3')\n{MODEL}")
    assert "factor 3" in build(sandbox)
    assert served(sandbox) == {"MyModel.py", "of-the-builder.py"}
    assert not (sandbox.home / "MyModel").exists()
    assert origins(sandbox) == {}


def test_byte_code_that_the_source_brings_is_not_served_in_place_of_its_text(sandbox: Sandbox) -> None:
    (sandbox.source / "MyModel.py").write_text(f"print('factor 2')\n{MODEL}")
    build(sandbox)
    for compiled in sandbox.home.rglob("*.pyc"):
        brought = sandbox.source / compiled.relative_to(sandbox.home)
        brought.parent.mkdir(exist_ok=True)
        shutil.copy2(compiled, brought)
    sandbox.renew()
    (sandbox.source / "MyModel.py").write_text(f"print('factor 3')\n{MODEL}")
    assert "factor 3" in build(sandbox)


def test_an_import_looks_at_the_text_of_the_class_and_not_at_that_of_packages(one_sandbox: Sandbox) -> None:
    """Files of the class may be mounted over those of the image. To look at each file of a package takes time."""
    make_wheel(one_sandbox.index.folder, "pricing", "1.0")
    build(one_sandbox, "pricing")
    (of_package,) = one_sandbox.environment.glob("lib/python3*/site-packages/pricing/__pycache__/*.pyc")
    (of_class,) = one_sandbox.home.glob("__pycache__/MyModel.*.pyc")
    of_a_hash, looks = 0b01, 0b10  # flags of PEP 552
    assert [path.read_bytes()[4] for path in (of_package, of_class)] == [of_a_hash, of_a_hash | looks]


@pytest.fixture
def with_libraries(sandbox: Sandbox) -> Sandbox:
    """The source holds a package in a folder, an editable one, and a wheel; the first needs a package of the index."""
    make_wheel(sandbox.index.folder, "rounding", "1.5")
    write_libraries(sandbox, "first")
    return sandbox


def write_libraries(sandbox: Sandbox, kind: str) -> None:
    """kind: what each of the three says that it is."""
    for name, needs in (("mylib", ["rounding"]), ("edited", [])):
        (sandbox.source / "libs" / name / name).mkdir(parents=True, exist_ok=True)
        (sandbox.source / "libs" / name / name / "__init__.py").write_text(f"VERSION = '{kind}'\n")
        (sandbox.source / "libs" / name / "setup.py").write_text(
            f"import setuptools\nsetuptools.setup(name='{name}', version='1', packages=['{name}'], install_requires={needs})\n"
        )
    make_wheel(sandbox.source / "wheels", "pricing", "1.0", text=f"VERSION = '{kind}'\n")


def test_what_requirements_point_at_in_the_source_is_always_that_of_this_source(with_libraries: Sandbox) -> None:
    lines = ("./libs/mylib", "-e ./libs/edited", "./wheels/pricing-1.0-py2.py3-none-any.whl")
    for kind in ("first", "first", "again"):
        write_libraries(with_libraries, kind)
        printed = build(with_libraries, *lines, PIP_NO_BUILD_ISOLATION=0)
        assert with_libraries.versions("mylib", "edited", "pricing", "rounding") == [kind, kind, kind, "1.5"]
        with_libraries.save_artifacts()
    assert "not used: requirements.txt has changed" in printed


def test_wheels_of_a_folder_in_the_source_are_always_those_of_this_source(one_sandbox: Sandbox) -> None:
    for kind in ("first", "again"):
        make_wheel(one_sandbox.source / "wheels", "local", "1.0", text=f"VERSION = '{kind}'\n")
        build(one_sandbox, "--find-links wheels", "local")
        assert one_sandbox.versions("local") == [kind]
        one_sandbox.save_artifacts()
