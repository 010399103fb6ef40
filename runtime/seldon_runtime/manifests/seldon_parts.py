"""Seldon Core: what an image's pod and its predictor have in a SeldonDeployment.

The operator gives each container ports for HTTP, gRPC and metrics, and the variables with their numbers. So no object
here has ports, and each unit serves both APIs, as its executor expects.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from ..errors import BadSetting
from ..graph.deployment_rules import NO_ENGINE
from . import pod, variables
from .facts import Facts
from .options import Options
from .scaling import cpu_metrics, pending_trigger, spread
from .yaml_text import Hint

PREDICTOR = "default"
_PRE_STOP_SECONDS = 10  # of the hook that the operator adds to a container without one
_SPARE_SECONDS = 5  # as in Facts.pod_grace_seconds
_COOLDOWN_SECONDS = 300
_TIMEOUT_MS = "60000"
_OUR_TYPES = {"OUTLIER_DETECTOR": "TRANSFORMER"}  # the operator's word for a service type, if it is another one
_NEEDS_CHILDREN = ("ROUTER", "COMBINER")
# our variable -> the annotation that sets it, which the executor reads, too
_ANNOTATIONS = {
    "REST_TIMEOUT_MS": "seldon.io/rest-timeout",
    "GRPC_TIMEOUT_MS": "seldon.io/grpc-timeout",
    "GRPC_MAX_MESSAGE_BYTES": "seldon.io/grpc-max-message-size",
}
# of our variables, those that the operator sets
_OF_THE_OPERATOR = ("SELDON_DEPLOYMENT_ID", "METRICS_EXECUTOR_NAMES")


def predictor(
    facts: Facts, options: Options, graph: dict[str, Any], containers: list[dict[str, Any]]
) -> dict[str, Any]:
    """All units in one pod, so that the executor reaches them on localhost."""
    return {
        "name": PREDICTOR,
        "labels": {"version": options.version or PREDICTOR},
        "annotations": predictor_annotations(facts, options),
        "replicas": options.replicas_of(facts),
        "graph": graph,
        "componentSpecs": [{**scaling(facts, options), "spec": pod_spec(facts, options, containers)}],
    }


def graph_type(facts: Facts) -> str:
    """The type of this image's unit."""
    return _OUR_TYPES.get(facts.service_type, facts.service_type)


def graph_parameters(facts: Facts) -> list[dict[str, str]]:
    """Of this image's unit. The operator makes a variable of them, which a kubelet expands."""
    return [{**each, "value": variables.literal(each["value"])} for each in variables.parameter_list(facts.parameters)]


def protocol(facts: Facts) -> str:
    """What clients speak with the executor. Raises BadSetting if the image speaks V1 alone."""
    for ours in ("seldon", "v2"):
        if ours in facts.protocols:
            return ours
    raise BadSetting("PROTOCOLS: expected seldon or v2 with seldon, found v1; set -e PROTOCOLS=seldon,v1")


def predictor_annotations(facts: Facts, options: Options) -> dict[str, str]:
    """Of the predictor. Without a timeout neither the executor nor the server has one worth the name."""
    largest = 2 * pod.memory_mib(facts) * 2**20 // 64
    defaults = {
        "REST_TIMEOUT_MS": Hint(_TIMEOUT_MS, "a hint: milliseconds, longer than the slowest request takes"),
        "GRPC_TIMEOUT_MS": Hint(_TIMEOUT_MS, "a hint: the same for gRPC"),
        "GRPC_MAX_MESSAGE_BYTES": Hint(str(largest), "a hint: bytes, a 64th of the limit of the memory"),
    }
    found = {annotation: facts.given.get(name, defaults[name]) for name, annotation in _ANNOTATIONS.items()}
    if not options.graph and graph_type(facts) in _NEEDS_CHILDREN:
        return {**found, NO_ENGINE: Hint("true", "an executor calls no such unit without children; --graph adds them")}
    return {**found, NO_ENGINE: "true"} if options.no_engine else found


def scaling(facts: Facts, options: Options) -> dict[str, Any]:
    """Of a componentSpec. `metricsv2` is the form of autoscaling/v2: `metrics` is an older one, and wins over it."""
    found: dict[str, Any] = {}
    if options.hpa:
        bounds = {"minReplicas": options.hpa.least, "maxReplicas": options.hpa.most}
        found["hpaSpec"] = {**bounds, "metricsv2": cpu_metrics()}
    if options.keda:
        found["kedaSpec"] = {
            "minReplicaCount": options.keda.least,
            "maxReplicaCount": options.keda.most,
            "cooldownPeriod": _COOLDOWN_SECONDS,
            "triggers": [pending_trigger(facts, options, f'deployment_name="{options.name}"')],
        }
    if options.pdb:
        found["pdbSpec"] = {"maxUnavailable": 1}
    return found


def pod_spec(facts: Facts, options: Options, containers: list[dict[str, Any]]) -> dict[str, Any]:
    """The user stands here because the operator's default is another one, for pods without a securityContext."""
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": grace_seconds(facts),
        "securityContext": {**pod.pod_rights(facts), "runAsUser": facts.user_id},
        "topologySpreadConstraints": spread({"seldon-deployment-id": options.name}),
        "containers": containers,
        "volumes": pod.tmp_volumes(facts),
    }


def grace_seconds(facts: Facts) -> int:
    """The operator's preStop hook comes first. The operator's default for the whole would be 20 s."""
    return math.ceil(_PRE_STOP_SECONDS + facts.grace_seconds + _SPARE_SECONDS)


def container(facts: Facts, options: Options, name: str) -> dict[str, Any]:
    """Of this image. It has no `lifecycle`: the operator's hook lets the executor end first.

    Its probes name the port `http`, which the operator adds even if the image serves gRPC alone by itself.
    """
    served = replace(facts, apis=("REST", "GRPC"))
    return {
        "name": name,
        "image": options.image,
        "env": variables.entries(_variables(served, options), facts, options),
        **pod.probes(served),
        "resources": pod.resources(facts),
        "securityContext": pod.container_rights(),
        "volumeMounts": pod.tmp_mounts(facts),
    }


def _variables(facts: Facts, options: Options) -> dict[str, str]:
    """Not those that an annotation or the operator sets."""
    found = {**variables.of_serving(facts), **variables.of_state(facts, options)}
    return {name: text for name, text in found.items() if name not in (*_ANNOTATIONS, *_OF_THE_OPERATOR)}
