"""What can be configured, checked and typed: one frozen group for each room. `environment` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seldon_component.model_files import names

from .log_variables import LogSettings
from .request_log_variables import RequestLogSettings

NO_ID = "0"  # PREDICTIVE_UNIT_ID, if it is not set


def parts_of_image(image: str) -> tuple[str, str]:
    """Name and version of an image; "" without a version. The port of a registry is none."""
    name, separator, version = image.rpartition(":")
    return (name, version) if separator and "/" not in version else (image, "")


@dataclass(frozen=True)
class Listener:
    """An API, and the port that it is served on."""

    api: str
    port: int


@dataclass(frozen=True)
class UnitSettings:
    """The component's names in its deployment: labels of the metrics, and parts of the state's key."""

    unit_id: str
    deployment_id: str | None
    predictor_id: str | None
    predictor_labels: dict[str, str]
    image: str | None

    @property
    def image_parts(self) -> tuple[str, str]:
        """Name and version of the image; "" for what is not set."""
        return parts_of_image(self.image or "")

    @property
    def step_image(self) -> str | None:
        """The image that `meta.requestPath` names for this unit; None unless the unit has an id, too."""
        return self.image if self.unit_id != NO_ID else None


@dataclass(frozen=True)
class ServingSettings:
    """The limits and forms of the server, the same for each API.

    protocols: of PROTOCOLS. v2_model_names: more names of the model in V2 and V1; "*" is any.
    v2_output_name: of a single output; None: that of the metadata, else output-0.
    host: the IP address to listen on; "::" is all. cors_origins: of pages that may call; None: none.
    compression_min_bytes: of REST responses that are compressed; None: only V2's are, from a size of its own.
    ce_type, ce_source: of CloudEvents that respond; None: KServe's. ce_merge: whether they keep those of the request.
    grace_period: seconds from SIGTERM to the end. drain: those of them in which the ports stay open.
    """

    host: str
    cors_origins: tuple[str, ...] | None
    compression_min_bytes: int | None
    server_threads: int
    max_body_bytes: int
    max_connections: int
    keep_alive: float
    client_timeout: float
    max_inflated_bytes: int
    all_body_bytes: int
    grpc_max_message_bytes: int
    all_grpc_message_bytes: int
    listen: str
    json_nan: str
    protocols: tuple[str, ...]
    v2_model_names: tuple[str, ...] | None
    v2_output_name: str | None
    ce_type: str | None
    ce_source: str | None
    ce_merge: bool
    grace_period: float
    drain: float


@dataclass(frozen=True)
class PersistenceSettings:
    """How the component's state is kept. name: the key of the state, as deployments know it since 2018.

    url: the store; it may hold a password. push_frequency: seconds between two saves.
    `read_signing_key` chooses between key and key_file.
    """

    enabled: bool
    name: str
    url: str = field(repr=False)
    key: bytes | None = field(repr=False)
    key_file: Path | None
    timeout: float
    lease: float
    history: int
    max_bytes: int
    fork: bool
    push_frequency: float


@dataclass(frozen=True)
class TracingSettings:
    """Whether and how requests are traced. remarks: a line for the log for each value that has no effect.

    endpoint: the URL to post spans to. resource: more facts about the server. propagators: the headers to read; the
    last one that names a trace wins. follows_parent: whether the caller decides; ratio: the part of all other requests.
    delay: how long spans wait for others. export_timeout: for all attempts to send a batch; timeout: for one of them.
    """

    enabled: bool
    remarks: tuple[str, ...]
    endpoint: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    compresses: bool
    timeout: float
    certificate: str | None
    client_certificate: str | None
    client_key: str | None
    service_name: str | None
    resource: tuple[tuple[str, str], ...]
    propagators: tuple[str, ...]
    follows_parent: bool
    ratio: float
    delay: float
    queue_size: int
    batch_size: int
    export_timeout: float


@dataclass(frozen=True)
class MetricsSettings:
    """port: of a listener for metrics alone; None: none. path: one more of its paths. buckets: bounds, in seconds.

    is_port_given: whether a variable says it. executor_names: whether the names of Seldon's executor are shown, too.
    """

    port: int | None
    path: str
    is_port_given: bool
    buckets: tuple[float, ...]
    executor_names: bool


@dataclass(frozen=True)
class BuildSettings:
    """What `assemble` does, and how much it prints."""

    self_test: str
    log_level: int
    installer: str
    pip_no_index: bool
    source_date_epoch: int
    credentials_in_image: str
    install_extras: tuple[str, ...]
    conda: str


@dataclass(frozen=True)
class Settings:
    """All that can be configured, checked. Times are in seconds, sizes in bytes, paths absolute.

    The component's own settings stand here; each other room has a group. `variables.VARIABLES` says what each means.
    service_type: the declared one; without, MODEL, and service_type_is_set is False: then the class tells.
    component_environment: the variables of the component's processes. threads: how many each may use.
    is_graph: whether a graph is served, whose units get the headers of its clients.
    """

    model_name: str
    service_type: str
    service_type_is_set: bool
    parameters: dict[str, Any] = field(repr=False)
    folder: Path
    model_process: str
    model_python: str
    model_workers: int
    model_uid: int | None
    component_environment: dict[str, str] = field(repr=False, compare=False)
    threads: int
    onnx_engine: str | None
    model_method: str | None
    batch_max_size: int
    batch_max_delay: float
    rest_timeout: float | None
    grpc_timeout: float | None
    max_waiting: int
    restart_limit: int
    restart_wait: float
    on_crash_loop: str
    hang_timeout: float | None
    listeners: tuple[Listener, ...]
    unit: UnitSettings
    serving: ServingSettings
    logs: LogSettings
    request_log: RequestLogSettings
    persistence: PersistenceSettings
    tracing: TracingSettings
    metrics: MetricsSettings
    build: BuildSettings
    is_graph: bool = False

    @property
    def apis(self) -> tuple[str, ...]:
        """The APIs that are served: REST, GRPC or both."""
        return tuple(listener.api for listener in self.listeners)

    def port_of(self, api: str) -> int:
        """The port of an API that is served; 0 for another one."""
        return next((listener.port for listener in self.listeners if listener.api == api), 0)

    def served_type(self, description: Mapping[str, Any]) -> str:
        """The service type of the component: its own word once it is loaded, see Component.describe."""
        return str(description.get("service_type") or self.service_type)

    @property
    def component_name(self) -> str:
        """The class's own name, or the name of the model file without its folder and suffix."""
        if not names.is_file_name(self.model_name):
            return self.model_name.rpartition(".")[2]
        name: str = names.name_of(self.model_name)
        return name


@dataclass(frozen=True)
class BuildPaths:
    """The folders of a build.

    source: what s2i has uploaded, or the folder itself. source_is_upload: whether `assemble` may move files out of it.
    home: the folder that is served. artifacts: what an earlier build has left.
    wheels, secrets, certificates: folders that may be injected. trusted: the file of the certificates to trust.
    """

    source: Path
    home: Path
    source_is_upload: bool
    wheels: Path
    secrets: Path
    artifacts: Path
    certificates: Path
    trusted: Path
