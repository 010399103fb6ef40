"""What an image knows of itself, as far as the objects that run it depend on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..graph.unit import Parameter

HTTP, GRPC, METRICS = "http", "grpc", "metrics"  # names of ports, in all objects


@dataclass(frozen=True)
class Store:
    """Where the state is kept. folder: of a volume, if it is not in Redis.

    host, port: of Redis, for REDIS_SERVICE_HOST and _PORT; both are empty if PERSISTENCE_URL says where it is.
    """

    folder: str | None = None
    host: str = ""
    port: int = 0


@dataclass(frozen=True)
class Facts:
    """What an image knows. Times are in seconds, sizes in bytes.

    model_name: the class's own name. apis: of REST and GRPC, that order. protocols: of seldon, v2 and v1.
    http_port, grpc_port: 0 for an API that is not served. metrics_port: of the listener for metrics alone.
    grace_seconds: from SIGTERM to the end in a cluster; drain_seconds: those of them in which the ports stay open.
    threads: OMP_NUM_THREADS, if a variable says it. store: None if no state is kept.
    parameters: of the constructor, with the values that this image uses.
    peak_bytes: of the class's process, load_seconds: of the class; None if the build has not seen them.
    given: further variables that the objects must set; secrets: names of variables that a Secret must hold.
    outgoing: what the server connects to -> its port.
    """

    model_name: str
    service_type: str
    apis: tuple[str, ...]
    protocols: tuple[str, ...]
    http_port: int
    grpc_port: int
    metrics_port: int
    grace_seconds: float
    drain_seconds: float
    workers: int
    batch_size: int
    store: Store | None = None
    threads: str | None = None
    parameters: tuple[Parameter, ...] = ()
    peak_bytes: int | None = None
    load_seconds: float | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    outgoing: Mapping[str, int] = field(default_factory=dict)
    user_id: int = 1001  # the images' USER; files belong to group 0
    writable: tuple[str, ...] = ("/tmp",)  # the class may write there

    @property
    def persistence(self) -> bool:
        """Whether the state is kept, so that there is one writer."""
        return self.store is not None

    @property
    def has_rest(self) -> bool:
        return "REST" in self.apis

    @property
    def api_ports(self) -> dict[str, int]:
        """name of a port -> its number, of the APIs that are served; HTTP first."""
        ports = {HTTP: self.http_port, GRPC: self.grpc_port}
        return {name: port for name, port in ports.items() if port}

    @property
    def concurrency(self) -> int:
        """How many requests of one row the class works on at the same time."""
        return self.workers * self.batch_size

    @property
    def pod_grace_seconds(self) -> int:
        """terminationGracePeriodSeconds: the drain, the grace period, and 5 s to save the state and send what waits."""
        return -int(-(self.drain_seconds + self.grace_seconds + 5) // 1)
