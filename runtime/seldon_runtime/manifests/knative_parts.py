"""What Knative runs: the container of a Knative Service, and of an InferenceService in KServe's Knative mode.

Its webhook lets little through: one port, no lifecycle, no grace period, no securityContext of the pod.
"""

from __future__ import annotations

from typing import Any

from . import pod, variables
from .facts import GRPC, HTTP, Facts
from .options import Options

PORT_NAMES = {HTTP: "http1", GRPC: "h2c"}  # Knative finds the protocol by the name; it is h2c that gRPC needs
# options that Knative cannot have, with it alone and below KServe
INSTEAD = {
    "hpa": "use --scale MIN:MAX, because Knative's own autoscaler counts requests",
    "keda": "use --scale MIN:MAX, because Knative's own autoscaler counts requests",
    "pdb": "use --scale 2:10 or --replicas 2, because Knative keeps that many pods while a node is drained",
    "network_policy": "write one that lets in the ports 8012, 8013, 8022, 8112 and 9090 from knative-serving",
    "monitor": "scrape by the annotations of the pods, which have the port and the path of the metrics",
    "graph": "use the target seldon, because only Seldon Core runs a graph",
    "no_engine": "leave it out, because there is no executor",
}


def container(facts: Facts, options: Options, port: int, name: str) -> dict[str, Any]:
    """No part names another port. All rights are the container's, as the pod has none."""
    (served,) = facts.api_ports
    return {
        "name": name,
        "image": options.image,
        "env": variables.entries(knative_variables(facts, options), facts, options),
        "ports": [{"name": PORT_NAMES[served], "containerPort": port, "protocol": "TCP"}],
        **pod.probes(facts, by_name=False),
        "resources": pod.resources(facts),
        "securityContext": pod.container_rights(complete=True),
        "volumeMounts": pod.tmp_mounts(facts),
    }


def knative_variables(facts: Facts, options: Options) -> dict[str, str]:
    """Knative's proxy drains before SIGTERM. REST has its metrics on its own port, as no other one is reached."""
    found = {**variables.of_pod(facts, options), "DRAIN_SECONDS": "0"}
    if facts.has_rest:
        del found["PREDICTIVE_UNIT_METRICS_SERVICE_PORT"]
    return found


def metrics_port(facts: Facts) -> str:
    """Where the annotations of the pods say that the metrics are."""
    return str(facts.http_port or facts.metrics_port)


def bounds(facts: Facts, options: Options) -> tuple[int, int | None]:
    """The fewest and the most pods; None if the autoscaler may add any number."""
    if options.scale:
        return options.scale.least, options.scale.most
    fixed = options.replicas_of(facts) or 0
    return fixed, fixed if options.replicas is not None or facts.persistence else None
