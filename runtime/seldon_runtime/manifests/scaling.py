"""How many pods there are: HorizontalPodAutoscaler, KEDA's ScaledObject, PodDisruptionBudget."""

from __future__ import annotations

from typing import Any

from . import pod
from .facts import Facts
from .option_texts import Bounds
from .options import Options
from .yaml_text import Hint

_UTILIZATION = 70  # percent of the CPUs that the pods request
_WINDOW = 300  # seconds without a need for a pod, before it goes


def autoscaler(facts: Facts, options: Options) -> dict[str, Any]:
    """An HPA on the CPUs, which needs nothing but metrics-server."""
    bounds = options.hpa or Bounds(2, 2)
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": pod.metadata(facts, options),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": options.name},
            "minReplicas": bounds.least,
            "maxReplicas": bounds.most,
            "metrics": cpu_metrics(),
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": _WINDOW}},
        },
    }


def cpu_metrics() -> list[dict[str, Any]]:
    """In the form of autoscaling/v2."""
    target = {"type": "Utilization", "averageUtilization": _UTILIZATION}
    return [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]


def scaled_object(facts: Facts, options: Options) -> dict[str, Any]:
    """KEDA makes an HPA of this, so there must be no other one."""
    bounds = options.keda or Bounds(1, 1)
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": pod.metadata(facts, options),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": options.name},
            "minReplicaCount": bounds.least,
            "maxReplicaCount": bounds.most,
            "cooldownPeriod": _WINDOW,
            "triggers": [pending_trigger(facts, options, f'pod=~"{options.name}-[a-z0-9]+-[a-z0-9]+"')],
        },
    }


def pending_trigger(facts: Facts, options: Options, chosen: str) -> dict[str, Any]:
    """KEDA's trigger on the requests without a response. chosen: labels of their metrics, as in a query."""
    chosen += f',namespace="{options.namespace}"' if options.namespace else ""
    gauges = (f"seldon_api_model_requests_{state}{{{chosen}}}" for state in ("in_flight", "waiting"))
    return {
        "type": "prometheus",
        "metadata": {
            "serverAddress": Hint(options.prometheus, "where Prometheus is; --prometheus says it"),
            "query": f"sum({' + '.join(gauges)})",
            "threshold": Hint(str(facts.concurrency), "a hint: MODEL_WORKERS x BATCH_MAX_SIZE, up to twice that"),
            "ignoreNullValues": "false",  # a Prometheus without our metrics is an error, and no reason to scale down
        },
    }


def spread(chosen: dict[str, str]) -> list[dict[str, Any]]:
    """topologySpreadConstraints: pods go to several nodes, as far as there are some. chosen: the labels of the pods."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": chosen},
        }
    ]


def disruption_budget(facts: Facts, options: Options) -> dict[str, Any]:
    """maxUnavailable, because minAvailable with one replica would keep its node from being drained for ever."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": pod.metadata(facts, options),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": pod.selector(facts, options)},
        },
    }
