"""Versions that pip must keep."""

from __future__ import annotations

import contextlib
import importlib.metadata
import tempfile
from collections.abc import Iterator

from ..build import Build
from .installed import installed_packages

_OURS = "seldon-core-microservice"


def server_pins(build: Build) -> list[str]:
    """Pins for the packages of the server, if the component runs inline: then both share these packages."""
    if build.settings.model_process != "inline":
        return []
    return sorted(
        f"{distribution.name}=={distribution.version}"
        for distribution in importlib.metadata.distributions()
        if distribution.name != _OURS
    )


def wheel_pins(build: Build) -> list[str]:
    """A pin for each package that is installed and that a wheel is given for. Without it, pip keeps the installed one.

    It pins the newest wheel.
    """
    usable = build.wheels.usable
    return [f"{name}=={usable[name][0].version}" for name in installed_packages(build.python) if name in usable]


@contextlib.contextmanager
def constraint_option(pins: list[str]) -> Iterator[list[str]]:
    """pip's option for these pins, and the file that it names."""
    if not pins:
        yield []
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{pin}\n" for pin in pins))
        file.flush()
        yield ["--constraint", file.name]
