"""What a site asks of a build: Debian packages, its own certificates, its proxy."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import urlopen

import docker
import grpc
import pytest
from images import APPS, Builder, Container, candidates
from package_index import Index, make_wheel

pytestmark = pytest.mark.docker
one_builder = pytest.mark.parametrize(
    "builder", candidates()[:1], indirect=True, ids=lambda name: name.rpartition("/")[2]
)
Start = Callable[..., Container]


def source_with(folder: Path, **files: str) -> Path:
    """The template's source and these files, `_` for the dot in their names."""
    shutil.copytree(APPS / "template", folder)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


@one_builder
def test_root_installs_what_apt_txt_names_for_a_user_who_is_not_root(
    tmp_path: Path, tag: str, builder: Builder, start: Start
) -> None:
    source = source_with(tmp_path / "source", apt_txt="tree  # lists folders\n\n")
    build = builder.try_build(source, tag, "--copy", "--assemble-user=0")
    assert build.exit_code == 0, build.output
    assert "1 file" in builder.run(tag, "tree", "/microservice/.s2i", "-a")
    assert builder.run(tag, "sh", "-c", "id -u; ls /var/lib/apt/lists") == "1001"
    assert start(tag, user="123456:0").wait_until_ready()


@one_builder
def test_without_root_the_recipe_for_a_child_of_the_builder_is_printed_and_it_works(
    tmp_path: Path, tag: str, builder: Builder, engine: docker.DockerClient
) -> None:
    source, child = source_with(tmp_path / "source", apt_txt="tree\n"), f"{tag}-child"
    build = builder.try_build(source, tag, "--copy")
    assert build.exit_code != 0
    assert "apt.txt: not in this image: tree." in build.output
    recipe = [line for line in build.output.splitlines() if line.startswith(("FROM ", "USER ", "RUN "))]
    assert len(recipe) == 4
    (tmp_path / "child").mkdir()
    (tmp_path / "child" / "Dockerfile").write_text("\n".join(recipe))
    try:
        engine.images.build(path=str(tmp_path / "child"), tag=child, rm=True, forcerm=True)
        build = type(build).of("build", source, child, tag, "--copy", "--pull-policy=never")
        assert build.exit_code == 0, build.output
    finally:
        builder.forget(tag)
        builder.forget(child)


@one_builder
def test_a_line_of_apt_txt_that_is_no_package_is_named(tmp_path: Path, tag: str, builder: Builder) -> None:
    source = source_with(tmp_path / "source", apt_txt="tree\n--allow-unauthenticated\n")
    build = builder.try_build(source, tag, "--copy", "--assemble-user=0")
    assert build.exit_code != 0
    assert "apt.txt, line 2: a Debian package's name, or name=version, expected, found '--allow-unauthenticated'" in (
        build.output
    )


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
def index(tmp_path: Path) -> Iterator[Index]:
    """A package index with one package."""
    make_wheel(tmp_path / "index", "tariff", "1.0")
    index = Index(tmp_path / "index")
    yield index
    index.close()


@pytest.fixture
def secure_port(index: Index, company: Path) -> Iterator[int]:
    """The index over TLS, with the company's certificate."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Relay, index, []))
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


class _Relay(BaseHTTPRequestHandler):
    """Answers with what the index says, whether it is asked as a server or as a proxy."""

    def __init__(self, index: Index, asked: list[str], *arguments: object) -> None:
        self._index, self._asked = index, asked
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._asked.append(self.path)
        with urlopen(self._index.url.removesuffix("/simple/") + urlsplit(self.path).path) as answer:
            body = answer.read()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """What it was asked is in the list."""


def served(server: ThreadingHTTPServer) -> Iterator[int]:
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


ASK_BY_URLLIB = "try: from urllib.request import urlopen\nexcept ImportError: from urllib2 import urlopen\nurlopen({url!r})"
ASK_BY_REQUESTS = "from pip._vendor import requests; requests.get({url!r}).raise_for_status()"
ASK_BY_GRPC = (
    "import grpc; channel = grpc.secure_channel({url!r}, grpc.ssl_channel_credentials()); "
    "grpc.channel_ready_future(channel).result(20)"
)


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
    for python, program, address in (
        ("python", ASK_BY_URLLIB, f"{url}tariff/"),
        ("python", ASK_BY_REQUESTS, f"{url}tariff/"),
        ("/opt/seldon/bin/python", ASK_BY_GRPC, f"localhost:{grpc_port}"),
    ):
        command = ["-c", program.format(url=address)]
        engine.containers.run(tag, command, entrypoint=[python], network_mode="host", user="123456:0", remove=True)


def test_a_file_without_a_certificate_is_named(tmp_path: Path, tag: str, builder: Builder) -> None:
    (tmp_path / "ca").mkdir()
    (tmp_path / "ca" / "company.crt").write_text("0\x82 binary\n")
    build = builder.try_build(APPS / "template", tag, "--copy", "-i", f"{tmp_path}/ca:/ca")
    assert build.exit_code != 0
    assert "/ca/company.crt: certificates in PEM format expected" in build.output


@one_builder
def test_a_proxy_is_used_while_building_and_not_kept(
    index: Index, tmp_path: Path, tag: str, builder: Builder, engine: docker.DockerClient
) -> None:
    asked: list[str] = []
    where = "--index-url http://packages.example/simple/\n--trusted-host packages.example\n"
    source = source_with(
        tmp_path / "source",
        requirements_txt=f"{where}tariff\n",
        Dockerfile=f"FROM {builder.name}\nCOPY --chown=1001:0 . /tmp/src\nRUN /s2i/bin/assemble\n",
    )
    for port in served(ThreadingHTTPServer(("127.0.0.1", 0), partial(_Relay, index, asked))):
        proxy = {"http_proxy": f"http://127.0.0.1:{port}"}
        engine.images.build(path=str(source), tag=tag, rm=True, forcerm=True, network_mode="host", buildargs=proxy)
    assert "http://packages.example/simple/tariff/" in asked
    assert "proxy" not in str(engine.images.get(tag).attrs).lower()
    assert "proxy" not in str(engine.images.get(tag).history()).lower()
