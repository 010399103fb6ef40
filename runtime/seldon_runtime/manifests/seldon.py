"""Seldon Core: a SeldonDeployment of machinelearning.seldon.io/v1, and a PodMonitor on demand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..graph.deployment_rules import check_deployment
from ..graph.file import API_VERSION, KIND
from . import pod
from .facts import Facts
from .network import pod_monitor
from .options import Options, refuse
from .platform_rules import require_redis
from .seldon_graph import deployment_of, name_of
from .seldon_parts import container, graph_parameters, graph_type, predictor, protocol

EXECUTOR_METRICS_PATH = "/prometheus"  # the only one of the executor; our port has it, too
_INSTEAD = {
    "network_policy": "write one for the pods labelled seldon-deployment-id; their executor needs ports, too",
    "scale": "use --hpa or --keda, because only Knative has an autoscaler of its own",
    "cluster": "leave it out, or use the target serving-runtime",
    "storage_uri": "leave it out, or use the target serving-runtime",
}


def objects(facts: Facts, options: Options) -> list[dict[str, Any]]:
    """Raises BadSetting for an option that a SeldonDeployment cannot have, and for a graph that breaks a rule."""
    refuse(options, "seldon", _INSTEAD)
    require_redis(facts, "seldon", "the operator starts the new pod before the old one ends")
    if options.graph:
        options = replace(options, name=name_of(options.graph, options))
    made = deployment_of(options.graph, facts, options) if options.graph else deployment(facts, options)
    check_deployment(made)
    chosen = {"app.kubernetes.io/managed-by": "seldon-core", "seldon-deployment-id": options.name}
    return [made, *([pod_monitor(facts, options, chosen, EXECUTOR_METRICS_PATH)] if options.monitor else [])]


def deployment(facts: Facts, options: Options) -> dict[str, Any]:
    """With one predictor, whose graph is this image alone. Its container has the name of its unit."""
    unit = {"name": options.name, "type": graph_type(facts), "parameters": graph_parameters(facts) or None}
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": pod.metadata(facts, options),
        "spec": {
            "protocol": protocol(facts),
            "predictors": [predictor(facts, options, unit, [container(facts, options, options.name)])],
        },
    }
