"""Plain Kubernetes: a Deployment and what belongs to it, with no operator."""

from __future__ import annotations

from typing import Any

from . import pod
from .facts import GRPC, HTTP, METRICS, Facts
from .network import network_policy, service_monitor
from .options import Options, refuse
from .scaling import autoscaler, disruption_budget, scaled_object, spread
from .yaml_text import Hint

_HTTP_PORT, _GRPC_PORT = 80, 5001  # of the Service
_INSTEAD = {
    "graph": "use the target seldon, because only Seldon Core runs a graph",
    "no_engine": "leave it out, because there is no executor",
    "scale": "use --hpa or --keda, because only Knative has an autoscaler of its own",
    "cluster": "leave it out, or use the target serving-runtime",
    "storage_uri": "leave it out, or use the target serving-runtime",
}


def objects(facts: Facts, options: Options) -> list[dict[str, Any]]:
    """In the order in which they are applied. Raises BadSetting for an option of another target."""
    refuse(options, "plain", _INSTEAD)
    found = [service_account(facts, options)]
    if facts.store and facts.store.folder:
        found.append(volume_claim(facts, options))
    found += [deployment(facts, options), service(facts, options)]
    optional = (
        (options.hpa, autoscaler),
        (options.keda, scaled_object),
        (options.pdb, disruption_budget),
        (options.network_policy, network_policy),
        (options.monitor, service_monitor),
    )
    return found + [make(facts, options) for is_wanted, make in optional if is_wanted]


def service_account(facts: Facts, options: Options) -> dict[str, Any]:
    """One of its own, without a token: the server never calls the API of Kubernetes."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": pod.metadata(facts, options),
        "automountServiceAccountToken": False,
    }


def volume_claim(facts: Facts, options: Options) -> dict[str, Any]:
    """The volume of the state."""
    metadata = {**pod.metadata(facts, options), "name": f"{options.name}-{pod.STATE}"}
    size = Hint("2Gi", "a hint: PERSISTENCE_HISTORY generations, and one that is being written")
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata,
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
    }


def deployment(facts: Facts, options: Options) -> dict[str, Any]:
    """The pods. With an autoscaler it has no `replicas`: each `kubectl apply` would set them back."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": pod.metadata(facts, options),
        "spec": {
            "replicas": options.replicas_of(facts),
            "selector": {"matchLabels": pod.selector(facts, options)},
            "strategy": _strategy(facts),
            "progressDeadlineSeconds": pod.progress_deadline(facts),
            "template": {"metadata": _template_metadata(facts, options), "spec": pod_spec(facts, options)},
        },
    }


def pod_spec(facts: Facts, options: Options) -> dict[str, Any]:
    """Links to Services are off: one called `redis` would set REDIS_SERVICE_HOST, which the server reads."""
    return {
        "serviceAccountName": options.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": facts.pod_grace_seconds,
        "securityContext": pod.pod_rights(facts),
        "topologySpreadConstraints": spread(pod.selector(facts, options)),
        "containers": [pod.container(facts, options)],
        "volumes": pod.volumes(facts, options),
    }


def service(facts: Facts, options: Options) -> dict[str, Any]:
    """Meshes choose the protocol of a port by its name and appProtocol."""
    h2c = Hint("kubernetes.io/h2c", "a connection stays with one pod; a mesh, or clusterIP None, balances the calls")
    rows = {
        HTTP: {"port": _HTTP_PORT, "appProtocol": "http"},
        GRPC: {"port": _GRPC_PORT, "appProtocol": h2c},
        METRICS: {"port": facts.metrics_port, "appProtocol": "http"},
    }
    served = [*facts.api_ports, METRICS]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": pod.metadata(facts, options),
        "spec": {
            "selector": pod.selector(facts, options),
            "ports": [{"name": name, **rows[name], "targetPort": name, "protocol": "TCP"} for name in served],
        },
    }


def _strategy(facts: Facts) -> dict[str, Any]:
    """A volume has one writer, so the old pod ends first. Otherwise the new one is ready first."""
    if facts.store and facts.store.folder:
        return {"type": "Recreate"}
    return {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}


def _template_metadata(facts: Facts, options: Options) -> dict[str, Any]:
    """With the annotations of a Prometheus that finds pods by them, unless a monitor tells it of the pods."""
    scraped = {
        "prometheus.io/scrape": "true",
        "prometheus.io/path": pod.METRICS_PATH,
        "prometheus.io/port": str(facts.metrics_port),
    }
    annotations = {} if options.monitor else {"annotations": scraped}
    return {"labels": pod.labels(facts, options), **annotations}
