"""Wheels that a test makes, and a package index that remembers what it was asked for."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Iterable, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any

_ENTRY = '<a href="/files/{name}#sha256={digest}">{name}</a><br>'
_METADATA = """\
Metadata-Version: 2.1
Name: {name}
Version: {version}
Requires-Python: {python}
License: Apache-2.0
"""
_WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    requires: Iterable[str] = (),
    tag: str = "py2.py3-none-any",
    python: str = ">=2.7",
    text: str = "",
    size: int = 0,
    data: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """A wheel with the module `name`, whose VERSION is `version`. text: more of the module. size: bytes of data beside.

    data: file -> text of the wheel's `.data` folder."""
    files = {
        f"{name}/__init__.py": f"VERSION = '{version}'\n{text}",
        f"{name}/data.bin": "x" * size,
        **{f"{name}-{version}.data/{file}": text for file, text in data.items()},
    }
    info = f"{name}-{version}.dist-info"
    files[f"{info}/METADATA"] = _METADATA.format(name=name, version=version, python=python) + _lines("Requires-Dist", requires)
    files[f"{info}/WHEEL"] = _WHEEL + _lines("Tag", _tags(tag))
    return _pack(folder / f"{name}-{version}-{tag}.whl", info, files)


def _lines(key: str, values: Iterable[str]) -> str:
    return "".join(f"{key}: {value}\n" for value in values)


def _pack(path: Path, info: str, files: Mapping[str, str]) -> Path:
    """Write the wheel, with the RECORD of its files. info: its folder of metadata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    record = "".join(f"{file},sha256={_digest(text)},{len(text)}\n" for file, text in files.items())
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(file, text)
    return path


def _tags(tag: str) -> list[str]:
    pythons, abi, platform = tag.split("-")
    return [f"{python}-{abi}-{platform}" for python in pythons.split(".")]


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Index:
    """Serves a folder of wheels by the simple API. asked: the paths it was asked for, in their order.

    password: what the user `reader` has to bring along, or None.
    breaks: how the next downloads break off in the middle: `stop` without an end, `end` too early, or `reset`.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1", password: str | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.asked: list[str] = []
        self.password = password
        self.breaks: list[str] = []
        self.faults = 0  # so many pages are answered with an error first
        self._server = ThreadingHTTPServer((host, 0), partial(_Handler, self))
        self.host, self.port = host, self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/simple/"

    @property
    def options(self) -> dict[str, str]:
        """The variables that make it the only index of a build."""
        return {"PIP_INDEX_URL": self.url, "PIP_TRUSTED_HOST": self.host, "PIP_FIND_LINKS": ""}

    @property
    def downloads(self) -> list[str]:
        return [path.removeprefix("/files/") for path in self.asked if path.startswith("/files/")]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, index: Index, *arguments: Any) -> None:
        self._index = index
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self._index.asked.append(self.path)
        if not self._may_read():
            self._answer(401, b"", ("WWW-Authenticate", 'Basic realm="index"'))
        elif self.path.startswith("/simple/") and self._index.faults:
            self._index.faults -= 1
            self._answer(502, b"")
        elif self.path.startswith("/simple/"):
            page = self._page(self.path.removeprefix("/simple/").strip("/"))
            self._answer(200 if page else 404, f"<!DOCTYPE html><html><body>{page}</body></html>".encode())
        elif self._index.breaks:
            self._break_off(self._index.breaks.pop(0))
        else:
            self._answer(200, self._file())

    def _file(self) -> bytes:
        return (self._index.folder / self.path.removeprefix("/files/")).read_bytes()

    def _break_off(self, how: str) -> None:
        body = self._file()
        self._begin(200, ("Content-Length", str(len(body))))
        self.wfile.write(body[: len(body) // 2])
        if how == "stop":
            with contextlib.suppress(ConnectionError):
                self.connection.recv(1)  # until the client gives up
        elif how == "reset":
            time.sleep(0.2)  # until the client has what was sent
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _may_read(self) -> bool:
        wanted = base64.b64encode(f"reader:{self._index.password}".encode()).decode()
        return self._index.password is None or self.headers.get("Authorization") == f"Basic {wanted}"

    def _page(self, project: str) -> str:
        wheels = [path for path in self._index.folder.glob("*.whl") if path.name.split("-")[0].replace("_", "-") == project]
        return "".join(_ENTRY.format(name=path.name, digest=sha256(path)) for path in wheels)

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self._begin(status, ("Content-Type", "text/html"), ("Content-Length", str(len(body))), *headers)
        self.wfile.write(body)

    def _begin(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """What it was asked is in `asked`."""
