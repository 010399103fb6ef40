"""Real Redis servers of the tests' own, on 127.0.0.1: plain, secured, behind a Sentinel, in a cluster."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import redis
from support.server import free_port
from support.waiting import eventually


class RedisServer:
    """`redis-server` in a folder, which survives what the tests do to the process when it is appended to a file."""

    def __init__(self, folder: Path, *options: str, port: int | None = None, host: str = "127.0.0.1") -> None:
        """options: as on its command line, `--appendonly yes`."""
        folder.mkdir(exist_ok=True)
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = ["redis-server", "--port", str(self.port), "--bind", host, "--dir", str(folder), "--save", "", *options]
        self._folder = folder
        self.start()

    def start(self) -> None:
        with (self._folder / "log").open("a") as log:
            self.process = subprocess.Popen(self._command, cwd=self._folder, stdout=log, stderr=log)

    def wait_until_ready(self, **options: Any) -> RedisServer:
        """options: of the client, where it takes more than the port."""
        with redis.Redis(port=self.port, **options) as client:
            eventually(lambda: self.process.poll() is not None or answers(client), "Redis answered")
        assert self.process.poll() is None, (self._folder / "log").read_text()
        return self

    def kill(self) -> None:
        """As if the power had gone."""
        self.process.kill()
        self.process.wait()


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.exceptions.RedisError:
        return False
