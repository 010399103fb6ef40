"""Certificates of a site, given to a build: trusted by all that speaks TLS in the image."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import docker
import grpc
import pytest
from support.images import APPS, Builder, source_with
from support.package_index import Index
from support.relay import Relay, served

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a company's authority, ca.crt, and a certificate of its own for this machine."""
    folder = tmp_path_factory.mktemp("company")
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout"]
    sign = [*new, "host.key", "-out", "host.crt", "-CA", "ca.crt", "-CAkey", "ca.key", "-subj", "/CN=localhost"]
    root = [*new, "ca.key", "-out", "ca.crt", "-subj", "/CN=Company CA", "-addext", "keyUsage=critical,keyCertSign"]
    leaf = ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"]
    for command in (root, [*sign, *leaf]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def secure_port(index: Index, company: Path) -> Iterator[int]:
    """The index over TLS, with the company's certificate."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Relay, index, []))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(company / "host.crt", company / "host.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    yield from served(server)


@pytest.fixture
def grpc_port(company: Path) -> Iterator[int]:
    """A gRPC server with the company's certificate."""
    server = grpc.server(ThreadPoolExecutor(1))
    pair = ((company / "host.key").read_bytes(), (company / "host.crt").read_bytes())
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair]))
    server.start()
    yield port
    server.stop(None).wait()


ASK_BY_URLLIB = "try: from urllib.request import urlopen\nexcept ImportError: from urllib2 import urlopen\nurlopen({url!r})"
ASK_BY_REQUESTS = "from pip._vendor import requests; requests.get({url!r}).raise_for_status()"
ASK_BY_GRPC = (
    "import grpc; channel = grpc.secure_channel({url!r}, grpc.ssl_channel_credentials()); "
    "grpc.channel_ready_future(channel).result(20)"
)


def requests_to(url: str, grpc_port: int) -> Iterator[tuple[str, str]]:
    """(Python, program that fails if it does not trust the server)"""
    yield "python", ASK_BY_URLLIB.format(url=url)
    yield "python", ASK_BY_REQUESTS.format(url=url)
    yield "/opt/seldon/bin/python", ASK_BY_GRPC.format(url=f"localhost:{grpc_port}")


@pytest.mark.parametrize("onto_runtime", [False, True], ids=["builder", "runtime-image"])
def test_certificates_given_to_the_build_are_trusted_by_pip_and_at_run_time(
    onto_runtime: bool,
    company: Path,
    secure_port: int,
    grpc_port: int,
    tmp_path: Path,
    tag: str,
    builder: Builder,
    engine: docker.DockerClient,
) -> None:
    url = f"https://localhost:{secure_port}/simple/"
    source = source_with(tmp_path / "source", requirements_txt=f"--index-url {url}\ntariff\n")
    (tmp_path / "ca").mkdir()
    shutil.copy(company / "ca.crt", tmp_path / "ca")
    options = ["--copy", "--network=host", "-i", f"{tmp_path}/ca:/ca", *(builder.onto_runtime if onto_runtime else ())]
    build = builder.try_build(source, tag, *options)
    assert build.exit_code == 0, build.output
    for python, program in requests_to(f"{url}tariff/", grpc_port):
        command = ["-c", program]
        engine.containers.run(tag, command, entrypoint=[python], network_mode="host", user="123456:0", remove=True)


def test_a_file_without_a_certificate_is_named(tmp_path: Path, tag: str, builder: Builder) -> None:
    (tmp_path / "ca").mkdir()
    (tmp_path / "ca" / "company.crt").write_text("0\x82 binary\n")
    build = builder.try_build(APPS / "template", tag, "--copy", "-i", f"{tmp_path}/ca:/ca")
    assert build.exit_code != 0
    assert "/ca/company.crt: expected certificates in PEM format" in build.output


