"""What the objects of all platforms share: a container, its ports, probes, rights, volumes and resources."""

from __future__ import annotations

import math
from typing import Any

from ..graph.names import label_value
from . import variables
from .facts import GRPC, HTTP, METRICS, Facts
from .options import Options
from .yaml_text import Hint

METRICS_PATH = "/metrics"
_TMP, _PODINFO, STATE = "tmp", "podinfo", "state"  # names of volumes
_PODINFO_FOLDER = "/etc/podinfo"  # where the server looks for annotations
_PERIOD = 5  # seconds between two startup or readiness probes
_LEAST_STARTUP = 300  # seconds: a load takes longer on a node that still pulls, or has a slow volume
_STARTUP_FACTOR = 5  # of the load that the build saw
_LEAST_DEADLINE = 600  # seconds, Kubernetes' default
_MIB = 2**20
_SERVER_MIB = 64  # of the server's process while it waits
_STEP_MIB = 64
_UNKNOWN_MIB = 256  # for the server and a class of a few megabytes
_SMALL_STATE_MIB, _LARGE_STATE_MIB = 256, 1024  # of /tmp; a state of PERSISTENCE_MAX_BYTES is there twice


def selector(facts: Facts, options: Options) -> dict[str, str]:
    """The labels that choose the pods. Nobody can change them later, so no version is among them."""
    name = label_value(facts.model_name) or options.name
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": options.name}


def labels(facts: Facts, options: Options) -> dict[str, str]:
    """Of each object and pod."""
    version = {"app.kubernetes.io/version": options.version} if options.version else {}
    component = facts.service_type.lower().replace("_", "-")
    return {
        **selector(facts, options),
        **version,
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/managed-by": "seldon-s2i",
    }


def metadata(facts: Facts, options: Options, **more: Any) -> dict[str, Any]:
    """Of an object with the usual name. more: further labels."""
    namespace = {"namespace": options.namespace} if options.namespace else {}
    return {"name": options.name, **namespace, "labels": {**labels(facts, options), **more}}


def ports(facts: Facts) -> list[dict[str, Any]]:
    """Of the container: the APIs, then the metrics."""
    found = {**facts.api_ports, METRICS: facts.metrics_port}
    return [{"name": name, "containerPort": port, "protocol": "TCP"} for name, port in found.items()]


def startup_seconds(facts: Facts) -> int:
    """How long the load may take before a pod is restarted."""
    return max(_LEAST_STARTUP, math.ceil((facts.load_seconds or 0) * _STARTUP_FACTOR / 60) * 60)


def progress_deadline(facts: Facts) -> int:
    """progressDeadlineSeconds: longer than a start may take."""
    return max(_LEAST_DEADLINE, startup_seconds(facts) + _LEAST_STARTUP)


def probes(facts: Facts, by_name: bool = True) -> dict[str, Any]:
    """The three probes. by_name: whether they name the port, or have its number, as KServe and Knative want it.

    Liveness is not readiness: while the class restarts, the server must not be restarted. gRPC's health service tells
    readiness alone, but its port stays open while the class restarts.
    """
    if facts.has_rest:
        port: str | int = HTTP if by_name else facts.http_port
        ready: dict[str, Any] = {"httpGet": {"path": "/ready", "port": port}}
        live: dict[str, Any] = {"httpGet": {"path": "/live", "port": port}}
    else:
        ready = {"grpc": {"port": facts.grpc_port}}  # Kubernetes takes no name here
        live = {"tcpSocket": {"port": GRPC if by_name else facts.grpc_port}}
    often = {"periodSeconds": _PERIOD, "timeoutSeconds": 3}
    return {
        "startupProbe": {**ready, **often, "failureThreshold": startup_seconds(facts) // _PERIOD},
        "readinessProbe": {**ready, **often, "failureThreshold": 2},
        "livenessProbe": {**live, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6},
    }


def cpu(facts: Facts) -> str:
    """CPUs to request: each process of the class can be busy, and the server."""
    return Hint(str(facts.workers + 1), "a hint: MODEL_WORKERS processes and the server, if all of them are busy")


def memory_mib(facts: Facts) -> int:
    """MiB to request."""
    if facts.peak_bytes is None:
        return _UNKNOWN_MIB * max(facts.workers, 1)
    needed = _SERVER_MIB + facts.workers * facts.peak_bytes / _MIB
    return math.ceil(needed / _STEP_MIB) * _STEP_MIB


def memory_comment(facts: Facts) -> str:
    """Where the number comes from."""
    if facts.peak_bytes is None:
        return "a hint: measure it, because the build has loaded no class"
    return f"a hint: in the build's self-test a process of the class took {math.ceil(facts.peak_bytes / _MIB)} MiB"


def resources(facts: Facts) -> dict[str, Any]:
    """No limit of the CPUs: it would slow a busy class down while CPUs of the node are idle."""
    mib, comment = memory_mib(facts), memory_comment(facts)
    return {
        "requests": {"cpu": cpu(facts), "memory": Hint(f"{mib}Mi", comment)},
        "limits": {"memory": Hint(f"{2 * mib}Mi", "a hint: twice the request")},
    }


def container_rights(complete: bool = False) -> dict[str, Any]:
    """A container's securityContext. complete: with what is else the pod's, where a platform has none for pods."""
    rights = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    return {**rights, **_not_root()} if complete else rights


def pod_rights(facts: Facts) -> dict[str, Any]:
    """A pod's securityContext. The group is for a volume only, whose files it changes."""
    group: dict[str, Any] = {}
    if facts.store and facts.store.folder:
        group = {"fsGroup": facts.user_id, "fsGroupChangePolicy": "OnRootMismatch"}
    return {**_not_root(), **group}


def _not_root() -> dict[str, Any]:
    return {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def tmp_volumes(facts: Facts) -> list[dict[str, Any]]:
    """A folder to write to, for each that the image needs: nothing else can be written."""
    mib = _LARGE_STATE_MIB if facts.persistence else _SMALL_STATE_MIB
    limit = Hint(f"{mib}Mi", "a hint: a pod that writes more is evicted")
    return [{"name": _volume_name(folder), "emptyDir": {"sizeLimit": limit}} for folder in facts.writable]


def tmp_mounts(facts: Facts) -> list[dict[str, Any]]:
    return [{"name": _volume_name(folder), "mountPath": folder} for folder in facts.writable]


def volumes(facts: Facts, options: Options) -> list[dict[str, Any]]:
    """Of a pod: folders to write to, its annotations as the server reads them, and the state."""
    annotations = {"path": "annotations", "fieldRef": {"fieldPath": "metadata.annotations"}}
    claim = {"name": STATE, "persistentVolumeClaim": {"claimName": f"{options.name}-{STATE}"}}
    kept = [claim] if facts.store and facts.store.folder else []
    return [*tmp_volumes(facts), {"name": _PODINFO, "downwardAPI": {"items": [annotations]}}, *kept]


def mounts(facts: Facts) -> list[dict[str, Any]]:
    """The places of these volumes in the container."""
    kept = [{"name": STATE, "mountPath": facts.store.folder}] if facts.store and facts.store.folder else []
    return [*tmp_mounts(facts), {"name": _PODINFO, "mountPath": _PODINFO_FOLDER, "readOnly": True}, *kept]


def container(facts: Facts, options: Options) -> dict[str, Any]:
    """The container of a pod that nobody changes before it runs. It drains itself, so there is no preStop."""
    return {
        "name": options.name,
        "image": options.image,
        "env": variables.entries(variables.of_pod(facts, options), facts, options),
        "ports": ports(facts),
        **probes(facts),
        "resources": resources(facts),
        "securityContext": container_rights(),
        "volumeMounts": mounts(facts),
    }


def _volume_name(folder: str) -> str:
    return folder.strip("/").replace("/", "-")
