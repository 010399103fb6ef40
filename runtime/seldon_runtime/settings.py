"""The only reader of the environment, the command line, `.s2i/environment` and the pod's annotations."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seldon_component.errors import StartError

from .variables import ANNOTATIONS, VARIABLES, Variable

ANNOTATIONS_FILE = Path("/etc/podinfo/annotations")


class BadSetting(StartError):
    """A variable that is missing or whose value is not allowed; the text has one line a variable."""

    exit_code = 10


@dataclass(frozen=True)
class Settings:
    """All that can be configured, checked. Times are in seconds, sizes in bytes, paths absolute.

    `variables.VARIABLES` says what each means; http_port and grpc_port are None for an API that is not served.
    """

    model_name: str
    apis: tuple[str, ...]
    service_type: str
    persistence: bool
    parameters: dict[str, Any] = field(repr=False)
    folder: Path
    unit_id: str
    deployment_id: str | None
    predictor_id: str | None
    predictor_labels: dict[str, str]
    image: str | None
    model_process: str
    model_python: str
    http_port: int | None
    grpc_port: int | None
    self_test: str
    log_level: str
    json_nan: str
    max_body_bytes: int
    server_threads: int
    grpc_max_message_bytes: int
    rest_timeout: float | None
    grpc_timeout: float | None
    restart_limit: int
    restart_wait: float
    grace_period: float

    @property
    def remarks(self) -> list[str]:
        """What is asked for and not given, a sentence each."""
        return ["PERSISTENCE: 1 has no effect in this version: no state is kept"] if self.persistence else []


@dataclass(frozen=True)
class BuildPaths:
    """Where `assemble` works: the source, the folder that is served, and whether the source is s2i's own copy."""

    source: Path
    home: Path
    source_is_upload: bool


def read_settings(
    arguments: Sequence[str] | None = None, folder: Path | None = None, annotations: Path = ANNOTATIONS_FILE
) -> Settings:
    """Settings for the component in `folder` (default: the current one), in a pod with these annotations.

    The command line wins over the annotations, those over the environment, it over `.s2i/environment`.
    Raises BadSetting or BadParameters.
    """
    folder = (folder or Path.cwd()).resolve()
    annotated = {ANNOTATIONS[key]: text for key, text in read_annotations(annotations).items() if key in ANNOTATIONS}
    texts = {
        **read_environment_file(folder / ".s2i" / "environment"),
        **os.environ,
        **annotated,
        **_command_line(arguments or []),
    }
    values = _values(texts, {variable: key for key, variable in ANNOTATIONS.items() if variable in annotated})
    port, apis = values.pop("port"), values["apis"]
    http_port, grpc_port = values.pop("http_port"), values.pop("grpc_port")
    if http_port and grpc_port:
        apis = values["apis"] = ("REST", "GRPC")
    both = len(apis) == 2
    values["model_python"] = _program(values["model_python"] or sys.executable)
    return Settings(
        folder=folder,
        http_port=(http_port or port) if "REST" in apis else None,
        grpc_port=(grpc_port or (port + 1 if both else port)) if "GRPC" in apis else None,
        **values,
    )


def read_build_paths() -> BuildPaths:
    """Paths of a build; s2i's own unless S2I_SOURCE and MICROSERVICE_HOME say otherwise."""
    return BuildPaths(
        source=Path(os.environ.get("S2I_SOURCE", "/tmp/src")).resolve(),
        home=Path(os.environ.get("MICROSERVICE_HOME", "/microservice")).resolve(),
        source_is_upload="S2I_SOURCE" not in os.environ,
    )


def read_builder_name() -> str:
    """Name and version of the builder image that this is."""
    return os.environ.get("SELDON_BUILDER", "seldonio/seldon-core-s2i-python3")


def read_environment_file(path: Path) -> dict[str, str]:
    """The `KEY=value` lines of an `.s2i/environment` file; {} if there is none. Raises BadSetting."""
    if not path.is_file():
        return {}
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise BadSetting(f".s2i/environment: UTF-8 text expected ({error})") from None
    wrong = [
        f".s2i/environment, line {number}: KEY=value expected, found '{line}'"
        for number, line in enumerate(lines, 1)
        if line and not line.startswith("#") and "=" not in line
    ]
    if wrong:
        raise BadSetting("\n".join(wrong))
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, value in pairs}


def read_annotations(path: Path) -> dict[str, str]:
    """The `key="value"` lines of a pod's annotations, as the downward API writes them; {} without such a file."""
    if not path.is_file():
        return {}
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return {key.strip(): text.strip().strip('"') for key, equals, text in pairs if equals}


def _values(texts: Mapping[str, str], annotation_of: Mapping[str, str]) -> dict[str, Any]:
    """annotation_of: variable -> the annotation that set it, which is what an error has to name."""
    values, wrong = {}, []
    for variable in VARIABLES:
        try:
            values[variable.field] = _value(variable, texts.get(variable.name))
        except ValueError:
            name = annotation_of.get(variable.name, variable.name)
            wrong.append(f"{name}: found {texts[variable.name]!r}; allowed: {variable.allowed}")
    if values.get("model_name", "") is None:
        wrong.insert(
            0,
            "MODEL_NAME: not set; allowed: a Python name, or a dotted one. "
            "Set it in .s2i/environment, or with s2i build -e MODEL_NAME=MyModel",
        )
    if wrong:
        raise BadSetting("\n".join(wrong))
    return values


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise BadSetting(f"MODEL_PYTHON: found {name!r}; allowed: a program that exists")
    return path


def _value(variable: Variable, text: str | None) -> Any:
    text = variable.default if text is None or not text.strip() else text.strip()
    return None if text is None else variable.read(text)


def _command_line(arguments: Sequence[str]) -> dict[str, str]:
    """The historical command line, as the variables that it stands for."""
    parser = argparse.ArgumentParser(
        prog="seldon-core-microservice",
        description="Serve a Python class over Seldon Core's protocol. What is left out comes from the environment.",
    )
    parser.add_argument("MODEL_NAME", nargs="?", metavar="MyModel", help="the class to serve")
    parser.add_argument("API_TYPE", nargs="?", metavar="API", help="REST, GRPC or REST,GRPC")
    for option, name in (
        ("--service-type", "SERVICE_TYPE"),
        ("--persistence", "PERSISTENCE"),
        ("--parameters", "PREDICTIVE_UNIT_PARAMETERS"),
        ("--log-level", "LOG_LEVEL"),
        ("--http-port", "PREDICTIVE_UNIT_HTTP_SERVICE_PORT"),
        ("--grpc-port", "PREDICTIVE_UNIT_GRPC_SERVICE_PORT"),
    ):
        parser.add_argument(option, dest=name, metavar=name, help=f"the same as the variable {name}")
    return {name: text for name, text in vars(parser.parse_args(arguments)).items() if text is not None}
