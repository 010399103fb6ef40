"""s2i/bin/assemble with an index that demands a password: it is used, and is nowhere afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.package_index import make_wheel
from support.sandbox import Sandbox

PASSWORD = "s3cr3t-of-the-index"


@pytest.fixture
def guarded(each_installer: Sandbox) -> Sandbox:
    """With an index that has one wheel for those who know the password."""
    each_installer.index.password = PASSWORD
    make_wheel(each_installer.index.folder, "pricing", "1.0")
    each_installer.secrets.mkdir()
    return each_installer


@pytest.fixture
def one_guarded(one_sandbox: Sandbox) -> Sandbox:
    """The same, on the current Python alone."""
    one_sandbox.index.password = PASSWORD
    make_wheel(one_sandbox.index.folder, "pricing", "1.0")
    one_sandbox.secrets.mkdir()
    return one_sandbox


def url_with_password(sandbox: Sandbox) -> str:
    return sandbox.index.url.replace("http://", f"http://reader:{PASSWORD}@")


def holding_the_password(*folders: Path) -> list[Path]:
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if PASSWORD.encode() in path.read_bytes()]


def test_an_injected_pip_conf_opens_the_index_and_its_password_is_nowhere_afterwards(guarded: Sandbox) -> None:
    (guarded.secrets / "pip.conf").write_text(f"[global]\nindex-url = {url_with_password(guarded)}\n")
    build = guarded.assemble("pricing", PIP_INDEX_URL="", BUILD_LOGLEVEL=1)
    assert build.returncode == 0, build.stderr
    assert guarded.versions("pricing") == ["1.0"]
    assert PASSWORD not in build.stdout + build.stderr
    assert holding_the_password(guarded.home, guarded.python.parents[1]) == []


def test_an_injected_netrc_opens_the_index(guarded: Sandbox) -> None:
    (guarded.secrets / ".netrc").write_text(f"machine {guarded.index.host} login reader password {PASSWORD}\n")
    build = guarded.assemble("pricing", BUILD_LOGLEVEL=1)
    assert build.returncode == 0, build.stderr
    assert guarded.versions("pricing") == ["1.0"]
    assert PASSWORD not in build.stdout + build.stderr


def test_without_the_password_the_index_is_closed(one_guarded: Sandbox) -> None:
    assert one_guarded.assemble("pricing").returncode == 17


def test_a_password_in_a_variable_ends_the_build_and_only_the_variable_is_named(one_guarded: Sandbox) -> None:
    build = one_guarded.assemble("pricing", PIP_INDEX_URL=url_with_password(one_guarded))
    assert build.returncode == 23
    assert build.stderr.startswith("credentials are in the variable PIP_INDEX_URL. Give them as files")
    assert PASSWORD not in build.stdout + build.stderr


def test_who_insists_may_keep_a_password_in_a_variable_and_reads_that_it_stays(one_guarded: Sandbox) -> None:
    build = one_guarded.assemble("pricing", PIP_INDEX_URL=url_with_password(one_guarded), CREDENTIALS_IN_IMAGE="warn")
    assert build.returncode == 0, build.stderr
    assert "credentials are in the variable PIP_INDEX_URL, and stay in the image" in build.stdout


def test_passwords_and_tokens_in_all_files_of_the_source_end_the_build(one_sandbox: Sandbox) -> None:
    index = "https://reader:pa55word@pypi.example.com/simple"
    files: dict[str, bytes] = {
        ".netrc": b"machine pypi.example.com login reader password pa55word\n",
        "conf/pip.conf": f"[global]\nextra-index-url = {index}\n".encode(),
        "requirements-dev.txt": f"--extra-index-url {index}\n".encode("utf-16"),
        ".git/config": b"[remote]\nurl = https://t0ken@git.example.com/x.git\n",
        "Pipfile": f'[[source]]\nurl = "{index}"\n'.encode(),
        "docs/poetry.lock": f'url = "{index}"\n'.encode(),
        "settings.py": b"TOKEN = 'ghp_" + b"aB1c" * 9 + b"'\n",
    }
    for name, content in files.items():
        (one_sandbox.source / name).parent.mkdir(exist_ok=True)
        (one_sandbox.source / name).write_bytes(content)
    build = one_sandbox.assemble()
    assert build.returncode == 23
    assert build.stderr.startswith(f"credentials are in {', '.join(str(one_sandbox.home / name) for name in files)}. ")
    assert not any(secret in build.stderr for secret in ("pa55word", "t0ken", "aB1c"))


def test_a_password_in_an_installed_direct_url_ends_the_build(one_sandbox: Sandbox) -> None:
    make_wheel(one_sandbox.index.folder, "pricing", "1.0")
    assert one_sandbox.assemble("pricing").returncode == 0
    (metadata,) = one_sandbox.python.parents[1].glob("lib/python3*/site-packages/pricing-1.0.dist-info")
    (metadata / "direct_url.json").write_text('{"url": "https://reader:pa55word@example.com/p.whl", "archive_info": {}}')
    build = one_sandbox.assemble("pricing")
    assert build.returncode == 23
    assert build.stderr.startswith("credentials are in direct_url.json of pricing. ")


def test_a_password_that_pip_has_printed_ends_the_build(one_sandbox: Sandbox) -> None:
    one_sandbox.secrets.mkdir()
    (one_sandbox.secrets / ".netrc").write_text(f"machine example.com login reader password {PASSWORD}\n")
    (one_sandbox.source / "setup.py").write_text(
        f"import setuptools, sys\nsys.stderr.write('the password is {PASSWORD}')\nsetuptools.setup(name='x', version='1')\n"
    )
    build = one_sandbox.assemble(PIP_VERBOSE=1, BUILD_LOGLEVEL=1)
    assert build.returncode == 23
    assert build.stderr.startswith("credentials are in the output of pip. ")
    assert PASSWORD not in build.stdout + build.stderr
    assert "the password is ****" in build.stdout


def test_what_is_no_credential_passes(one_sandbox: Sandbox) -> None:
    """What there is of texts is in test/unit/seldon_runtime/assembly/test_secret_forms.py."""
    (one_sandbox.source / "README.md").write_text("pip install git+https://git@github.com/shop/x.git\nhttps://user:password@host\n")
    build = one_sandbox.assemble(DOCUMENTATION="https://${USER}:${TOKEN}@pypi.example.com/simple")
    assert build.returncode == 0, build.stderr


def test_a_proxy_of_a_build_argument_passes_and_a_line_says_where_it_would_stay(one_sandbox: Sandbox) -> None:
    build = one_sandbox.assemble(https_proxy="http://reader:pa55word@proxy.example.com:3128")
    assert build.returncode == 0, build.stderr
    expected = "    https_proxy has a password: as a build argument it is not in the image, as a variable of the image it is\n"
    assert expected in build.stdout
