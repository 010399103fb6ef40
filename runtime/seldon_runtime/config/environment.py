"""The reader of the environment. It joins the command line, the annotations, the environment and the file."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..system.cpus import container_cpus
from .class_python import program
from .environment_file import read_environment_file
from .files import ANNOTATIONS, read_annotations, read_key_file
from .foreign import PLATFORM_PORT, PORTS, without_foreign
from .log_variables import with_seldon_level
from .only_model import only_class, only_model_file
from .server_secrets import without_secrets
from .settings import BuildPaths, PersistenceSettings, Settings
from .trace_variables import TRACE_VARIABLES, with_specific
from .tracing import tracing_settings
from .values import checked_values, persistence_of, settings_of
from .variables import VARIABLES

if TYPE_CHECKING:
    from .command_line import StateCommand

_NAMES = frozenset(variable.name for variable in (*VARIABLES, *TRACE_VARIABLES))
# of the settings in the environment of a graph: those that its units have as well
_SHARED_BY_UNITS = frozenset(("LOG_LEVEL", "LOG_FORMAT", "MODEL_UID", *(each.name for each in TRACE_VARIABLES)))
# those that an image may have for its own component, and that mean nothing to a graph
_OF_A_COMPONENT = frozenset((
    "MODEL_NAME", "SERVICE_TYPE", "PERSISTENCE", "PREDICTIVE_UNIT_PARAMETERS", "PREDICTIVE_UNIT_ID",
    "PREDICTIVE_UNIT_IMAGE", "MODEL_PROCESS", "MODEL_WORKERS", "BATCH_MAX_SIZE", "MODEL_METHOD", "ONNX_ENGINE",
))  # fmt: skip
ANNOTATIONS_FILE = Path("/etc/podinfo/annotations")


def read_settings(
    arguments: Sequence[str] | None = None,
    folder: Path | None = None,
    annotations: Path = ANNOTATIONS_FILE,
    place: Mapping[str, str] = MappingProxyType({}),
) -> Settings:
    """Settings for the component in `folder` (default: the current one), in a pod with these annotations.

    The first of these that sets a variable wins: the command line, the annotations, the environment,
    `.s2i/environment`. place: variables of a platform, if the settings are for another place than this one.
    Raises BadSetting or BadParameters.
    """
    folder = (folder or Path.cwd()).resolve()
    annotated = _annotated(annotations)
    texts = {**_texts(folder), **place, **annotated, **_from_command_line(arguments or [])}
    texts = with_seldon_level(texts)
    texts["MODEL_NAME"] = texts.get("MODEL_NAME", "").strip() or only_model_file(folder)
    values = checked_values((*VARIABLES, *TRACE_VARIABLES), with_specific(without_foreign(texts)), annotated)
    values["tracing"] = tracing_settings(values, texts)
    threads = max(1, int(container_cpus() / values["model_workers"]))
    return settings_of(values, folder, threads, _component_environment(values, _texts(folder), threads))


def _from_command_line(arguments: Sequence[str]) -> dict[str, str]:
    """Variable -> text. An image starts without arguments, and then needs no parser."""
    if not arguments:
        return {}
    from .command_line import variables_of

    return variables_of(arguments)


def read_graph_settings(given: Mapping[str, str]) -> Settings:
    """Settings for the server of a graph: those of this environment that are about no component, and the given ones.

    Both APIs are served, unless a variable says something of APIs or ports. The metrics name no unit of their own,
    because each unit has its series. Raises BadSetting.
    """
    if not any(given.get(name) or os.environ.get(name) for name in ("API_TYPE", *PORTS, PLATFORM_PORT)):
        given = {**given, "API_TYPE": "REST,GRPC"}
    shared = {name: text for name, text in os.environ.items() if name not in _NAMES or name not in _OF_A_COMPONENT}
    texts = with_seldon_level({"V2_MODEL_NAMES": "*", **shared, **given, "MODEL_NAME": "Graph"})
    values = checked_values((*VARIABLES, *TRACE_VARIABLES), with_specific(without_foreign(texts)), {})
    values["tracing"] = tracing_settings(values, texts)
    settings = settings_of(values, Path.cwd(), max(1, int(container_cpus())), dict(os.environ))
    return dataclasses.replace(settings, is_graph=True, unit=dataclasses.replace(settings.unit, unit_id=""))


def read_user_cache() -> Path:
    """The folder for what can be made again (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def read_docker() -> str:
    """The program of Docker."""
    return os.environ.get("DOCKER") or "docker"


def read_unit_settings(folder: Path, given: Mapping[str, str]) -> Settings:
    """Settings for a unit of a graph: those of its `.s2i/environment`, and the ones that the graph gives it.

    Of this process's environment, only what is about no single component counts. Raises BadSetting or BadParameters.
    """
    texts = {**_shared_by_units(), **read_environment_file(folder, _NAMES), **given}
    texts["MODEL_NAME"] = texts.get("MODEL_NAME", "").strip() or only_model_file(folder) or only_class(folder)
    values = checked_values((*VARIABLES, *TRACE_VARIABLES), texts, {})
    values["tracing"] = tracing_settings(values, texts)
    threads = max(1, int(container_cpus() / values["model_workers"]))
    return settings_of(values, folder, threads, _component_environment(values, texts, threads))


def read_unit_build(given: Mapping[str, str]) -> dict[str, str]:
    """Every variable of a program that prepares a unit's folder: as for `read_unit_settings`, without the file."""
    return {**_shared_by_units(), **given}


def _shared_by_units() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if name not in _NAMES or name in _SHARED_BY_UNITS}


def read_manifest_settings(folder: Path) -> tuple[Settings, dict[str, str]]:
    """Settings of the component in `folder` as in a cluster, and what this environment adds to the image's own.

    The latter is variable -> text, of our variables and OMP_NUM_THREADS. Raises BadSetting or BadParameters.
    """
    own = read_environment_file(folder, _NAMES)
    names = sorted({*_NAMES, "OMP_NUM_THREADS"} & os.environ.keys())
    given = {name: os.environ[name].strip() for name in names if os.environ[name].strip() != own.get(name, "")}
    return read_settings(folder=folder, place={"KUBERNETES_SERVICE_HOST": "set"}), given


def read_state_command(arguments: Sequence[str]) -> tuple[StateCommand, PersistenceSettings]:
    """What follows `seldon-core-microservice state`, and where the state is kept. No class needs to be named."""
    from .command_line import state_command_line

    command = state_command_line(arguments)
    optional = [variable for variable in VARIABLES if not variable.required]
    annotated = _annotated(ANNOTATIONS_FILE)
    texts = without_foreign({**_texts(Path.cwd()), **annotated}, needs_state=True)
    return command, persistence_of(checked_values(optional, texts, annotated))


def read_signing_key(settings: PersistenceSettings) -> bytes | None:
    """PERSISTENCE_KEY, or the content of PERSISTENCE_KEY_FILE. Raises BadSetting.

    The file is read when the state is needed, because it need not be there while the image is built.
    """
    if settings.key or not settings.key_file:
        return settings.key
    return read_key_file(settings.key_file)


def read_build_paths() -> BuildPaths:
    """The folders of a build: s2i's own, unless a variable names another one."""
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
    return program(os.environ.get("MODEL_PYTHON") or sys.executable)


def read_build_variables(folder: Path) -> dict[str, str]:
    """Every variable of a build, for the programs that it runs and for the search for credentials.

    folder: that of the source. s2i makes variables of its `.s2i/environment`; other builders do not.
    """
    return _texts(folder)


# else grpcio starts its threads again in each child that the class forks, and such a child may never end
NO_GRPC_IN_CHILDREN = ("GRPC_ENABLE_FORK_SUPPORT", "0")


def prepare_process(settings: Settings) -> None:
    """Set the variables of this process that libraries read: those of the component, if the class runs in it.

    Else nobody multiplies matrices here. The threads that OpenBLAS starts for numpy would only wait, and at first they
    wait in a loop.
    """
    if settings.model_process == "inline":
        os.environ.update(settings.component_environment)
        os.environ.setdefault(*NO_GRPC_IN_CHILDREN)
    else:
        os.environ["OPENBLAS_NUM_THREADS"] = "1"


def allocator_is_configured() -> bool:
    """Whether glibc has read settings of its allocator, as in an image."""
    return "GLIBC_TUNABLES" in os.environ or "MALLOC_ARENA_MAX" in os.environ


def read_builder_name() -> str:
    """Name and version of this builder image."""
    return os.environ.get("SELDON_BUILDER", "seldonio/seldon-core-s2i-python3")


def read_guide_name() -> str:
    """The guide that this builder image prints."""
    return os.environ.get("SELDON_GUIDE", "class")


def _texts(folder: Path) -> dict[str, str]:
    """variable -> text, from the environment and from `.s2i/environment`."""
    return {**read_environment_file(folder, _NAMES), **os.environ}


def _annotated(path: Path) -> dict[str, str]:
    """variable -> text, from the pod's annotations."""
    return {ANNOTATIONS[key]: text for key, text in read_annotations(path).items() if key in ANNOTATIONS}


def _component_environment(values: Mapping[str, Any], variables: dict[str, str], threads: int) -> dict[str, str]:
    """The variables for the class: the server's and those of `.s2i/environment`, but no secret of the server.

    Numeric libraries get as many threads as a process has CPUs.
    OpenBLAS, MKL, OpenMP and numexpr follow OMP_NUM_THREADS, unless their own variables are set.
    An inline component is in the server's process, and so has all of its variables.
    """
    inherited = variables if values["model_process"] == "inline" else without_secrets(variables)
    return {**inherited, "OMP_NUM_THREADS": variables.get("OMP_NUM_THREADS") or str(threads)}
