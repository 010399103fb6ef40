"""Who may connect, and who scrapes: NetworkPolicy, ServiceMonitor, PodMonitor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import pod
from .facts import METRICS, Facts
from .options import Options
from .yaml_text import Hint

_DNS = 53
_MONITORS = "monitoring.coreos.com/v1"


def network_policy(facts: Facts, options: Options) -> dict[str, Any]:
    """Everybody may reach the ports. The server may reach DNS and what its settings name, and nothing else."""
    served = [{"port": name, "protocol": "TCP"} for name in (*facts.api_ports, METRICS)]
    dns = [{"port": _DNS, "protocol": protocol} for protocol in ("UDP", "TCP")]
    others = [[{"port": port, "protocol": "TCP"}] for port in sorted(set(facts.outgoing.values()))]
    egress = Hint("Egress", "add to `egress` what the class itself connects to")
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": pod.metadata(facts, options),
        "spec": {
            "podSelector": {"matchLabels": pod.selector(facts, options)},
            "policyTypes": ["Ingress", egress],
            "ingress": [{"ports": served}],
            "egress": [{"ports": ports} for ports in (dns, *others)],
        },
    }


def service_monitor(facts: Facts, options: Options) -> dict[str, Any]:
    """Names the port of the Service. Our label `service` becomes `exported_service`."""
    endpoint = {"port": METRICS, "path": pod.METRICS_PATH, "honorLabels": False}
    return _monitor(
        facts, options, "ServiceMonitor", {"matchLabels": pod.selector(facts, options)}, {"endpoints": [endpoint]}
    )


def pod_monitor(
    facts: Facts, options: Options, chosen: Mapping[str, str], path: str = pod.METRICS_PATH
) -> dict[str, Any]:
    """Names the port of the container. chosen: the labels of the pods, which an operator has set."""
    endpoint = {"port": METRICS, "path": path, "honorLabels": False}
    spec = {"podMetricsEndpoints": [endpoint]}
    return _monitor(facts, options, "PodMonitor", {"matchLabels": dict(chosen)}, spec)


def _monitor(
    facts: Facts, options: Options, kind: str, chosen: Mapping[str, Any], spec: Mapping[str, Any]
) -> dict[str, Any]:
    release = {"release": options.release} if options.release else {}
    metadata = pod.metadata(facts, options, **release)
    return {"apiVersion": _MONITORS, "kind": kind, "metadata": metadata, "spec": {"selector": dict(chosen), **spec}}
