"""The only reader of the environment, the command line, `.s2i/environment` and the pod's annotations."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seldon_component.errors import BadParameters
from seldon_component.onnx import engines

from ..errors import BadSetting
from ..system.cpus import container_cpus
from .command_line import StateCommand, state_command_line, variables_of
from .conflicts import clashes
from .files import read_annotations, read_environment_file
from .parsers import number, signing_key
from .values import read_values
from .variables import ANNOTATIONS

ANNOTATIONS_FILE = Path("/etc/podinfo/annotations")
_PUSH_FREQUENCY = 60  # seconds


@dataclass(frozen=True)
class Settings:
    """All that can be configured, checked. Times are in seconds, sizes in bytes, paths absolute.

    `variables.VARIABLES` says what each means; http_port and grpc_port are None for an API that is not served.
    component_environment: the variables of the component's processes. threads: how many each may use.
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
    model_workers: int
    batch_max_size: int
    batch_max_delay: float
    component_environment: dict[str, str] = field(repr=False, compare=False)
    onnx_engine: str | None
    threads: int
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
    persistence_url: str | None = field(repr=False)
    redis_host: str
    redis_port: int
    persistence_key: bytes | None = field(repr=False)
    persistence_key_file: Path | None
    persistence_timeout: float
    persistence_lease: float
    persistence_history: int
    persistence_max_bytes: int
    persistence_fork: bool
    restart_limit: int
    restart_wait: float
    grace_period: float
    build_log_level: int
    pip_no_index: bool
    source_date_epoch: int
    credentials_in_image: str

    @property
    def component_name(self) -> str:
        """The class's own name, or that of the ONNX file without folder and ending."""
        is_file = self.model_name.endswith(engines.SUFFIX)
        return Path(self.model_name).stem if is_file else self.model_name.rpartition(".")[2]

    @property
    def persistence_name(self) -> str:
        """The key of the component's state, as deployments know it since 2018."""
        return f"persistence_{self.deployment_id or 0}_{self.predictor_id or 0}_{self.unit_id}"

    @property
    def store_url(self) -> str:
        """Where the state is kept. May hold a password."""
        return self.persistence_url or f"redis://{self.redis_host}:{self.redis_port}/0"

    @property
    def push_frequency(self) -> float:
        """Seconds between two saves. Raises BadParameters."""
        value = self.parameters.get("push_frequency", _PUSH_FREQUENCY)
        try:
            return float(number(float, 0.1, 86400)(value))
        except (ValueError, TypeError):
            raise BadParameters(
                f"PREDICTIVE_UNIT_PARAMETERS: 'push_frequency' is {value!r}; 0.1 to 86400 allowed"
            ) from None

    def signing_key(self) -> bytes | None:
        """PERSISTENCE_KEY, or what stands in PERSISTENCE_KEY_FILE. Raises BadSetting."""
        if self.persistence_key or not self.persistence_key_file:
            return self.persistence_key
        try:
            return signing_key(self.persistence_key_file.read_text(encoding="utf-8").strip())
        except OSError as error:
            raise BadSetting(f"PERSISTENCE_KEY_FILE: {self.persistence_key_file}: {error.strerror}") from None
        except ValueError:
            raise BadSetting(
                f"PERSISTENCE_KEY_FILE: {self.persistence_key_file}: 16 characters or more allowed"
            ) from None


@dataclass(frozen=True)
class BuildPaths:
    """Where `assemble` works: the source, the folder that is served, and whether the source is s2i's own copy;

    the folders that may be injected: wheels, and files that pip reads while the image is built; and where s2i puts
    what an earlier build has left. Certificates may be injected, too; trusted: the file of those that the image trusts.
    """

    source: Path
    home: Path
    source_is_upload: bool
    wheels: Path
    secrets: Path
    artifacts: Path
    certificates: Path
    trusted: Path


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
        **variables_of(arguments or []),
    }
    texts["MODEL_NAME"] = texts.get("MODEL_NAME", "").strip() or _only_onnx_file(folder)
    values = read_values(texts, {variable: key for key, variable in ANNOTATIONS.items() if variable in annotated})
    if lines := clashes(values):
        raise BadSetting("\n".join(lines))
    port, apis = values.pop("port"), values["apis"]
    http_port, grpc_port = values.pop("http_port"), values.pop("grpc_port")
    if http_port and grpc_port:
        apis = values["apis"] = ("REST", "GRPC")
    both = len(apis) == 2
    values["model_python"] = _program(values["model_python"] or sys.executable)
    threads = max(1, int(container_cpus() / values["model_workers"]))
    return Settings(
        folder=folder,
        component_environment=_component_environment(texts, threads),
        threads=threads,
        http_port=(http_port or port) if "REST" in apis else None,
        grpc_port=(grpc_port or (port + 1 if both else port)) if "GRPC" in apis else None,
        **values,
    )


def read_state_command(arguments: Sequence[str]) -> tuple[StateCommand, Settings]:
    """What follows `seldon-core-microservice state`, and the settings of the component whose state is meant."""
    return state_command_line(arguments), read_settings(["unknown"])  # any image has states, of whichever class


def read_build_paths() -> BuildPaths:
    """Paths of a build; s2i's own unless S2I_SOURCE and MICROSERVICE_HOME say otherwise."""
    return BuildPaths(
        source=Path(os.environ.get("S2I_SOURCE", "/tmp/src")).resolve(),
        home=Path(os.environ.get("MICROSERVICE_HOME", "/microservice")).resolve(),
        source_is_upload="S2I_SOURCE" not in os.environ,
        wheels=Path(os.environ.get("WHEELS_FOLDER", "/whl")).resolve(),
        secrets=Path(os.environ.get("SECRETS_FOLDER", "/run/secrets")).resolve(),
        artifacts=Path(os.environ.get("ARTIFACTS_FOLDER", "/tmp/artifacts")).resolve(),
        certificates=Path("/ca"),
        trusted=Path("/opt/model/ca-certificates.crt"),
    )


def read_model_python() -> str:
    """Path of the model's interpreter. Raises BadSetting."""
    return _program(os.environ.get("MODEL_PYTHON") or sys.executable)


def read_build_variables() -> dict[str, str]:
    """Every variable of a build, for the programs that it runs and for the gate that looks for credentials."""
    return dict(os.environ)


def read_builder_name() -> str:
    """Name and version of the builder image that this is."""
    return os.environ.get("SELDON_BUILDER", "seldonio/seldon-core-s2i-python3")


def read_guide_name() -> str:
    """Which of the guides this builder image prints."""
    return os.environ.get("SELDON_GUIDE", "class")


def _component_environment(texts: Mapping[str, str], threads: int) -> dict[str, str]:
    """Our own, and as many threads for each process's numeric libraries as it has CPUs of the container, not the host.

    OMP_NUM_THREADS is what OpenBLAS, MKL, OpenMP and numexpr follow where their own variables are not set.
    """
    return {**os.environ, "OMP_NUM_THREADS": texts.get("OMP_NUM_THREADS") or str(threads)}


def _only_onnx_file(folder: Path) -> str:
    """The name of the one ONNX file in the folder, or ""; it needs no MODEL_NAME. Raises BadSetting for several."""
    found = engines.files_in(folder)
    if len(found) > 1:
        raise BadSetting(f"MODEL_NAME: not set; allowed: one of the ONNX files found: {', '.join(found)}")
    return "".join(found)


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise BadSetting(f"MODEL_PYTHON: found {name!r}; allowed: a program that exists")
    return path
