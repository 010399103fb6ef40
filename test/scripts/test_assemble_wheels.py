"""s2i/bin/assemble with wheels of its own and a package index, on each Python that models have."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import find_python
from support.package_index import make_wheel, sha256
from support.pythons import CURRENT
from support.sandbox import Sandbox, origins
from support.scripts import script, version_of


@pytest.fixture
def sandbox(each_installer: Sandbox) -> Sandbox:
    return each_installer


def test_a_wheel_that_satisfies_comes_before_a_newer_one_of_the_index_its_dependencies_too(sandbox: Sandbox) -> None:
    make_wheel(sandbox.wheels, "pricing", "1.0", requires=["rounding>=1"])
    make_wheel(sandbox.wheels, "rounding", "1.5")
    make_wheel(sandbox.index.folder, "pricing", "2.0")
    make_wheel(sandbox.index.folder, "rounding", "3.0")
    build = sandbox.assemble("pricing")
    assert build.returncode == 0, build.stderr
    assert sandbox.versions("pricing", "rounding") == ["1.0", "1.5"]
    assert sandbox.index.asked == []


def test_what_the_wheels_lack_comes_from_the_index_and_the_rest_still_from_them(sandbox: Sandbox) -> None:
    make_wheel(sandbox.wheels, "rounding", "1.5")
    make_wheel(sandbox.wheels, "tariffs", "1.0")
    make_wheel(sandbox.index.folder, "pricing", "2.0", requires=["rounding", "tariffs>=2"])
    make_wheel(sandbox.index.folder, "rounding", "3.0")
    make_wheel(sandbox.index.folder, "tariffs", "2.1")
    build = sandbox.assemble("pricing")
    assert build.returncode == 0, build.stderr
    assert sandbox.versions("pricing", "rounding", "tariffs") == ["2.0", "1.5", "2.1"]
    assert [name.partition("-")[0] for name in sorted(set(sandbox.index.downloads))] == ["pricing", "tariffs"]


@pytest.mark.parametrize(("each_installer", "how"), [
    (("2.7", "pip"), "stop"), (("2.7", "pip"), "end"), (("3.6", "pip"), "reset"),
    (("3.13", "uv"), "reset"), (("3.13", "pip"), "end"),
], indirect=["each_installer"], ids=str)
def test_a_download_that_breaks_off_is_tried_again(each_installer: Sandbox, how: str) -> None:
    make_wheel(each_installer.index.folder, "pricing", "1.0", size=300_000)
    each_installer.index.breaks = [how]
    build = each_installer.assemble("pricing", PIP_DEFAULT_TIMEOUT="1")
    assert build.returncode == 0, build.stderr
    assert each_installer.index.breaks == []


def test_a_page_that_the_index_fails_to_give_is_asked_for_again(each_installer: Sandbox) -> None:
    make_wheel(each_installer.index.folder, "pricing", "1.0")
    each_installer.index.faults = 1
    build = each_installer.assemble("pricing")
    assert (build.returncode, each_installer.index.faults) == (0, 0), build.stderr


@pytest.mark.parametrize("each_installer", [("2.7", "pip")], indirect=True, ids=str)
def test_it_is_tried_again_once(each_installer: Sandbox) -> None:
    make_wheel(each_installer.index.folder, "pricing", "1.0", size=300_000)
    each_installer.index.breaks = ["reset"] * 9
    build = each_installer.assemble("pricing")
    assert (build.returncode, len(each_installer.index.downloads)) == (17, 2)
    assert "Connection broken" in build.stderr


def test_the_newest_wheel_that_satisfies_is_taken(sandbox: Sandbox) -> None:
    for version in ("1.0", "1.9", "2.0"):
        make_wheel(sandbox.wheels, "pricing", version)
    assert sandbox.assemble("pricing<2").returncode == 0
    assert sandbox.versions("pricing") == ["1.9"]


def test_a_wheel_of_a_package_that_the_builder_brings_is_taken_as_well(sandbox: Sandbox) -> None:
    make_wheel(sandbox.wheels, "wheel", "0.1")
    make_wheel(sandbox.index.folder, "pricing", "1.0")
    build = sandbox.assemble("pricing", "wheel")
    assert build.returncode == 0, build.stderr
    assert sandbox.versions("wheel") == ["0.1"]


def test_a_wheel_of_a_package_that_the_builder_brings_is_left_when_a_requirement_contradicts_it(
    sandbox: Sandbox,
) -> None:
    make_wheel(sandbox.wheels, "wheel", "0.1")
    make_wheel(sandbox.index.folder, "pricing", "1.0", requires=["wheel>0.1"])
    build = sandbox.assemble("pricing")
    assert build.returncode == 0, build.stderr
    assert sandbox.versions("pricing") == ["1.0"]


def test_hashes_are_honoured(one_sandbox: Sandbox) -> None:
    wheel = make_wheel(one_sandbox.index.folder, "shipping", "1.0")
    line = "shipping==1.0 --hash=sha256:{}"
    build = one_sandbox.assemble(line.format(sha256(wheel)))
    assert build.returncode == 0, build.stderr
    one_sandbox.renew()
    build = one_sandbox.assemble(line.format("0" * 64))
    assert build.returncode == 17
    assert "DO NOT MATCH THE HASHES" in build.stderr


def test_a_wheel_without_the_hash_that_is_asked_for_does_not_come_first(one_sandbox: Sandbox) -> None:
    make_wheel(one_sandbox.wheels, "shipping", "1.0", text="KIND = 'another'\n")
    wheel = make_wheel(one_sandbox.index.folder, "shipping", "1.0")
    build = one_sandbox.assemble(f"shipping==1.0 --hash=sha256:{sha256(wheel)}")
    assert build.returncode == 0, build.stderr
    assert origins(one_sandbox) == {"shipping": "index"}


def test_offline_no_index_is_asked_and_all_that_is_missing_is_named_at_once(sandbox: Sandbox) -> None:
    make_wheel(sandbox.wheels, "pricing", "1.0", requires=["rounding>=2", "tariffs", "colours; sys_platform == 'win32'"])
    make_wheel(sandbox.wheels, "rounding", "1.5")
    build = sandbox.assemble("pricing", "shipping==3.0", "numpy", PIP_NO_INDEX=1)
    assert build.stderr == (
        f"requirements.txt: PIP_NO_INDEX is set, and {sandbox.wheels} lacks:\n"
        "  rounding>=2 (needed by pricing); found: 1.5\n"
        "  tariffs (needed by pricing)\n"
        "  shipping==3.0\n"
    )
    assert build.returncode == 17
    assert sandbox.index.asked == []


def test_offline_with_all_the_wheels_the_image_is_built(sandbox: Sandbox) -> None:
    make_wheel(sandbox.wheels, "pricing", "1.0", requires=["numpy"])
    build = sandbox.assemble("pricing", PIP_NO_INDEX="true")
    assert build.returncode == 0, build.stderr
    assert sandbox.versions("pricing") == ["1.0"]


def test_a_wheel_for_another_python_or_platform_is_named_with_the_reason(sandbox: Sandbox) -> None:
    ours = version_of(str(sandbox.python))
    make_wheel(sandbox.wheels, "pricing", "1.0", tag="cp35-cp35m-manylinux1_x86_64")
    make_wheel(sandbox.wheels, "rounding", "1.0", tag="py2.py3-none-win_amd64")
    make_wheel(sandbox.wheels, "tariffs", "1.0", python=">=3.99")
    (sandbox.wheels / "empty-1.0-py2.py3-none-any.whl").touch()
    (sandbox.wheels / "README.txt").touch()
    build = sandbox.assemble("numpy")
    assert build.returncode == 0, build.stderr
    assert [line.strip() for line in build.stdout.splitlines() if "is not used" in line] == [
        "README.txt is not used: its name is neither a wheel's nor a source archive's",
        "empty-1.0-py2.py3-none-any.whl is not used: it is no wheel inside",
        f"pricing-1.0-cp35-cp35m-manylinux1_x86_64.whl is not used: it is for Python cp35-cp35m, and this is Python {ours}",
        "rounding-1.0-py2.py3-none-win_amd64.whl is not used: it is for the platform win_amd64, and this one is linux_x86_64",
        f"tariffs-1.0-py2.py3-none-any.whl is not used: it needs Python >=3.99, and this is Python {ours}",
    ]


def test_a_package_is_compiled_and_its_own_tests_are_not(one_sandbox: Sandbox) -> None:
    data = {"purelib/pricing/rates.py": "RATE = 2\n", "purelib/pricing/tests/rates.py": "RATE = 3\n"}
    make_wheel(one_sandbox.wheels, "pricing", "1.0", data=data)
    build = one_sandbox.assemble("pricing")
    assert build.returncode == 0, build.stderr
    (folder,) = one_sandbox.environment.glob("lib/python3*/site-packages/pricing")
    compiled = sorted(str(path.relative_to(folder).parent) for path in folder.rglob("*.pyc"))
    assert compiled == ["__pycache__", "__pycache__"]
    assert (folder / "tests" / "rates.py").is_file()


def test_a_requirements_file_without_a_requirement_installs_nothing(one_sandbox: Sandbox) -> None:
    build = one_sandbox.assemble("# none yet")
    assert build.returncode == 0, build.stderr
    assert "Installing requirements.txt" in build.stdout
    assert origins(one_sandbox) == {}


@pytest.mark.parametrize(("installer", "words"), [("uv", "+ pricing==1.0"), ("pip", "Successfully installed pricing-1.0")])
def test_the_installer_is_not_heard_unless_it_is_asked_for(installer: str, words: str, one_sandbox: Sandbox) -> None:
    make_wheel(one_sandbox.wheels, "pricing", "1.0")
    assert words not in one_sandbox.assemble("pricing", INSTALLER=installer).stdout
    one_sandbox.renew()
    assert f"    {words}" in one_sandbox.assemble("pricing", INSTALLER=installer, BUILD_LOGLEVEL=1).stdout


def test_what_uv_cannot_do_as_pip_does_is_left_to_pip_and_said(one_sandbox: Sandbox) -> None:
    make_wheel(one_sandbox.index.folder, "pricing", "2.0b1")
    build = one_sandbox.assemble("--pre", "pricing")
    assert build.returncode == 0, build.stderr
    assert "pip installs in place of uv: requirements.txt has the option --pre" in build.stdout
    assert one_sandbox.versions("pricing") == ["2.0b1"]


def test_what_pip_alone_can_install_is_installed_and_said(one_sandbox: Sandbox) -> None:
    """pip ignores a folder that is not there, and uv does not."""
    make_wheel(one_sandbox.index.folder, "pricing", "1.0")
    build = one_sandbox.assemble("--find-links nowhere", "pricing")
    assert build.returncode == 0, build.stderr
    assert "uv could not install it, and pip is tried: " in build.stdout
    assert one_sandbox.versions("pricing") == ["1.0"]


def test_in_an_image_packages_go_to_the_user_site_and_those_of_the_builder_stay(one_sandbox: Sandbox) -> None:
    """There the interpreter's own packages are in another folder than those of the class."""
    python, user = find_python("3.13"), one_sandbox.home.with_name("user")
    make_wheel(one_sandbox.index.folder, "pricing", "1.0", requires=["pip"], data={"scripts/price": "#!python\n"})
    make_wheel(one_sandbox.index.folder, "pip", "99.0")
    (one_sandbox.source / "requirements.txt").write_text("pricing\n")
    build = script(
        "assemble", S2I_SOURCE=one_sandbox.source, MICROSERVICE_HOME=one_sandbox.home, MODEL_PYTHON=python, SELF_TEST="off",
        PYTHONUSERBASE=user, BUILD_LOGLEVEL=1, MODEL_NAME="MyModel", **one_sandbox.index.options,
    )  # fmt: skip
    assert build.returncode == 0, build.stderr
    assert "     + pricing==1.0" in build.stdout
    assert [path.name for path in sorted(user.glob("lib/python3.13/site-packages/*"))] == ["pricing", "pricing-1.0.dist-info"]
    assert (user / "bin" / "price").stat().st_mode & 0o111


def test_packages_that_do_not_agree_end_the_build_with_a_line_a_clash(sandbox: Sandbox) -> None:
    make_wheel(sandbox.index.folder, "rounding", "1.5")
    make_wheel(sandbox.index.folder, "pricing", "1.0", requires=["rounding>=2"])
    make_wheel(sandbox.index.folder, "tariffs", "1.0")
    assert sandbox.assemble("rounding", "tariffs").returncode == 0
    pip: list[str | Path] = [sandbox.python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, sandbox.index.folder / "pricing-1.0-py2.py3-none-any.whl"], check=True, capture_output=True)
    build = sandbox.assemble("tariffs")
    heading, clash = build.stderr.splitlines()
    assert heading == "the installed packages do not agree:"
    assert clash.startswith("  pricing 1.0 ")
    assert "rounding" in clash and "1.5" in clash
    assert build.returncode == 17


def test_a_package_without_wheels_for_this_python_ends_the_build_with_the_newest_that_has_them(one_sandbox: Sandbox) -> None:
    make_wheel(one_sandbox.index.folder, "oldlib", "1.0", ["needed"], tag="cp36-cp36m-manylinux1_x86_64")
    make_wheel(one_sandbox.index.folder, "oldlib", "1.0", ["needed"], tag="cp39-cp39-manylinux1_x86_64")
    make_wheel(one_sandbox.index.folder, "needed", "1.0", tag="cp37-cp37m-manylinux1_x86_64")
    advice = "found Python {} as the newest that has them; build with the builder for it, or choose other versions"
    build = one_sandbox.assemble("oldlib==1.0")
    assert build.stderr.endswith(f"\nexpected wheels for Python {CURRENT}, {advice.format('3.9')}\n")
    make_wheel(one_sandbox.index.folder, "needed", "1.0", tag="cp36-cp36m-manylinux1_x86_64")
    build = one_sandbox.assemble("oldlib==1.0")
    assert build.stderr.endswith(f"\nexpected wheels for Python {CURRENT}, {advice.format('3.6')}\n")
    build = one_sandbox.assemble("no-such-package==1.0")
    assert build.stderr.endswith("requirements.txt: pip could not install it; the lines above say what and why\n")
    assert build.returncode == 17
