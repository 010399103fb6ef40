"""What is trusted after certificates were given to a build."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from seldon_runtime.assembly.steps import certificates
from seldon_runtime.errors import BadSetting


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-subj", "/CN=Company"]
    subprocess.run([*new, "-out", "company.crt"], cwd=folder, check=True, capture_output=True)
    return folder / "company.crt"


@pytest.fixture
def bundle(authority: Path, tmp_path: Path) -> Path:
    """A link, as in the images, to what the system trusts: one certificate, here."""
    shutil.copy(authority, tmp_path / "system.crt")
    (tmp_path / "bundle.crt").symlink_to(tmp_path / "system.crt")
    return tmp_path / "bundle.crt"


def build_with(folder: Path, trusted: Path) -> Any:
    """As much of a Build as there has to be."""
    return SimpleNamespace(paths=SimpleNamespace(certificates=folder, trusted=trusted))


def test_the_given_ones_are_trusted_beside_the_systems_which_stay_as_they_were(authority: Path, bundle: Path) -> None:
    notes: list[str] = []
    system, build = bundle.read_text(), build_with(authority.parent / "given", bundle)
    build.paths.certificates.mkdir()
    for name in ("b.pem", "a.crt"):
        shutil.copy(authority, build.paths.certificates / name)
    (build.paths.certificates / "emptied.crt").touch()  # by s2i
    (build.paths.certificates / "README.md").write_text("no certificate")
    assert certificates.are_given(build)
    certificates.trust(build, notes.append)
    assert notes == ["a.crt, b.pem"]
    assert not bundle.is_symlink()
    assert bundle.read_text().count("BEGIN CERTIFICATE") == 3
    assert (bundle.parent / "system.crt").read_text() == system
    assert ssl.create_default_context(cafile=str(bundle)).get_ca_certs()


def test_without_a_folder_none_are_given(tmp_path: Path, bundle: Path) -> None:
    assert not certificates.are_given(build_with(tmp_path / "none", bundle))


@pytest.mark.parametrize("content", [b"no certificate", b"0\x82\x03\x00", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_without_a_certificate_is_named_and_nothing_is_changed(
    content: bytes, tmp_path: Path, bundle: Path
) -> None:
    (tmp_path / "ca").mkdir()
    (tmp_path / "ca" / "wrong.crt").write_bytes(content)
    with pytest.raises(BadSetting, match=r"wrong\.crt: expected certificates in PEM format, found none"):
        certificates.trust(build_with(tmp_path / "ca", bundle), pytest.fail)
    assert bundle.is_symlink()
