"""Starts the one service of a compose file: by `docker compose`, or where it is not installed, as the file says."""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container as Engine
from support import strict_yaml

_NANO = 1_000_000_000


def start(engine: docker.DockerClient, file: Path) -> Engine:
    """The container of the file's service. The caller removes it."""
    document = strict_yaml.load_all(file.read_text(encoding="utf-8"))[0]
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        return engine.containers.run(detach=True, **options_of(document))
    subprocess.run(["docker", "compose", "--file", file, "up", "--detach"], check=True, capture_output=True)
    (container,) = engine.containers.list(filters={"label": f"com.docker.compose.project={document['name']}"})
    return container


def options_of(document: dict[str, Any]) -> dict[str, Any]:
    """Options of docker's Python client. KeyError: the file has something that this does not know."""
    (service,) = document["services"].values()
    left = {name: value for name, value in service.items() if name not in _READERS}
    assert not left, left
    options: dict[str, Any] = {}
    for name, value in service.items():
        options |= _READERS[name](value)
    return options


def _environment(texts: dict[str, str]) -> dict[str, Any]:
    return {"environment": {name: text.replace("$$", "$") for name, text in texts.items()}}


def _ports(texts: list[str]) -> dict[str, Any]:
    rows = [text.split(":") for text in texts]
    return {"ports": {f"{inside}/tcp": (address, int(outside)) for address, outside, inside in rows}}


def _health_check(check: dict[str, Any]) -> dict[str, Any]:
    """Engines before 25 know no start_interval, so all checks come as often as the first ones should."""
    seconds = {name: int(float(check[name].removesuffix("s")) * _NANO) for name in ("start_interval", "timeout", "start_period")}
    interval = {"interval": seconds.pop("start_interval")}
    return {"healthcheck": {"test": check["test"], "retries": check["retries"], **seconds, **interval}}


def _deploy(deploy: dict[str, Any]) -> dict[str, Any]:
    limits, reservations = deploy["resources"]["limits"], deploy["resources"]["reservations"]
    cpus = int(float(limits["cpus"]) * _NANO)
    return {"nano_cpus": cpus, "mem_limit": limits["memory"], "mem_reservation": reservations["memory"]}


def _logging(logging: dict[str, Any]) -> dict[str, Any]:
    return {"log_config": docker.types.LogConfig(type=logging["driver"], config=logging["options"])}


def _same(name: str, value: Any) -> dict[str, Any]:
    return {name: value}


_SAME = ("image", "user", "read_only", "cap_drop", "security_opt")
_READERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    **{name: functools.partial(_same, name) for name in _SAME},
    "tmpfs": lambda folders: {"tmpfs": dict.fromkeys(folders, "")},
    "environment": _environment,
    "ports": _ports,
    "healthcheck": _health_check,
    "deploy": _deploy,
    "logging": _logging,
    "restart": lambda policy: {"restart_policy": {"Name": policy}},
    "stop_grace_period": lambda text: {"stop_signal": "SIGTERM"} if re.fullmatch(r"[0-9.]+s", text) else {},
}
