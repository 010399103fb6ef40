"""Versions that pip may not leave."""

from __future__ import annotations

import contextlib
import importlib.metadata
import tempfile
from collections.abc import Iterator

from ..build import Job
from . import installed

_OURS = "seldon-core-microservice"


def of_the_server(job: Job) -> list[str]:
    """What the server itself runs on: an inline component shares it, so its requirements must agree."""
    if job.settings.model_process != "inline":
        return []
    return sorted(
        f"{distribution.name}=={distribution.version}"
        for distribution in importlib.metadata.distributions()
        if distribution.name != _OURS
    )


def of_the_wheels(job: Job) -> list[str]:
    """A pin for each package that the builder brings and that a wheel is given for: pip would keep the builder's."""
    return [
        f"{name}=={job.wheels.usable[name][0].version}"
        for name in installed.packages(job.python)
        if name in job.wheels.usable
    ]


@contextlib.contextmanager
def option(pins: list[str]) -> Iterator[list[str]]:
    """pip's option for these pins."""
    if not pins:
        yield []
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{pin}\n" for pin in pins))
        file.flush()
        yield ["--constraint", file.name]
