"""KServe: an InferenceService of serving.kserve.io/v1beta1 with this image as its predictor.

In the mode Standard it becomes a Deployment, in the mode Knative a Knative Service, which takes less.
"""

from __future__ import annotations

from typing import Any

from . import knative_parts, pod, variables
from .facts import GRPC, HTTP, METRICS, Facts
from .network import pod_monitor
from .options import Options, refuse
from .plain import volume_claim
from .platform_rules import knative_port, knative_timeout, require_redis, require_short_name
from .scaling import disruption_budget, pending_trigger, spread
from .yaml_text import Hint

API_VERSION = "serving.kserve.io/v1beta1"
CONTAINER = "kserve-container"
KNATIVE = "Knative"
PORT_NAMES = {HTTP: "http1", GRPC: "grpc", METRICS: METRICS}  # `grpc` gets the appProtocol of HTTP/2
_ANNOTATION = "serving.kserve.io"
_SCRAPING = "prometheus.kserve.io"
_UTILIZATION = 70  # percent of the CPUs that the pods request
_LONGEST_NAME = {"Standard": 53, KNATIVE: 47}  # characters; see _LONGER
_LONGER = {"Standard": "the Service NAME-predictor", KNATIVE: "the revision NAME-predictor-00001"}
_INSTEAD = {
    "graph": "use the target seldon, because only Seldon Core runs a graph",
    "no_engine": "leave it out, because there is no executor",
    "network_policy": "write one that lets in the gateway, and with Knative also the ports of its proxy",
    "cluster": "leave it out, or use the target serving-runtime",
    "storage_uri": "leave it out, or use the target serving-runtime",
}
INSTEAD_OF_SCALE = {"scale": "use --hpa or --keda, or --mode Knative, whose autoscaler counts requests"}


def objects(facts: Facts, options: Options) -> list[dict[str, Any]]:
    """Raises BadSetting for what the mode cannot have."""
    target = f"kserve and --mode {options.mode}"
    require_name(options)
    if options.mode == KNATIVE:
        refuse(options, target, {**_INSTEAD, **knative_parts.INSTEAD})
        require_redis(facts, target, "its webhook takes no volume that a pod can write to and keep")
        return [inference_service(facts, options, knative_predictor(facts, options))]
    refuse(options, target, {**_INSTEAD, **INSTEAD_OF_SCALE})
    found = [volume_claim(facts, options)] if facts.store and facts.store.folder else []
    found.append(inference_service(facts, options, standard_predictor(facts, options)))
    found += [disruption_budget(facts, options)] if options.pdb else []
    return found + ([pod_monitor(facts, options, pod.selector(facts, options))] if options.monitor else [])


def require_name(options: Options) -> None:
    """Raises BadSetting if KServe makes too long a name of it."""
    require_short_name(options, f"--mode {options.mode}", _LONGEST_NAME[options.mode], _LONGER[options.mode])


def inference_service(facts: Facts, options: Options, predictor: dict[str, Any]) -> dict[str, Any]:
    """The annotations here reach the pods."""
    return {
        "apiVersion": API_VERSION,
        "kind": "InferenceService",
        "metadata": {**pod.metadata(facts, options), "annotations": service_annotations(facts, options)},
        "spec": {"predictor": predictor},
    }


def service_annotations(facts: Facts, options: Options) -> dict[str, str]:
    """The mode, who scales, and where the metrics are."""
    scaler = "hpa" if options.hpa else "keda" if options.keda else "none"
    return {
        f"{_ANNOTATION}/deploymentMode": options.mode,
        **({} if options.mode == KNATIVE else {f"{_ANNOTATION}/autoscalerClass": scaler}),
        **({} if options.monitor else scraping(facts, options.mode)),
    }


def scraping(facts: Facts, mode: str) -> dict[str, str]:
    """Annotations for a Prometheus that finds pods by them. In the mode Knative its proxy has metrics, too."""
    return {
        f"{_ANNOTATION}/enable-prometheus-scraping": "true",
        **({f"{_ANNOTATION}/enable-metric-aggregation": "true"} if mode == KNATIVE else {}),
        f"{_SCRAPING}/port": knative_parts.metrics_port(facts),
        f"{_SCRAPING}/path": pod.METRICS_PATH,
    }


def standard_predictor(facts: Facts, options: Options) -> dict[str, Any]:
    """A pod as in a Deployment of one's own. The Service has the first port."""
    return {
        "labels": pod.labels(facts, options),
        **standard_scaling(facts, options),
        **({"deploymentStrategy": {"type": "Recreate"}} if facts.store and facts.store.folder else {}),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": facts.pod_grace_seconds,
        "securityContext": pod.pod_rights(facts),
        "topologySpreadConstraints": spread(pod.selector(facts, options)),
        "containers": [standard_container(facts, options)],
        "volumes": pod.volumes(facts, options),
    }


def standard_scaling(facts: Facts, options: Options) -> dict[str, Any]:
    """KServe makes the HPA or the ScaledObject. Without one the class is `none`, and minReplicas is the number."""
    scaled = options.hpa or options.keda
    if not scaled:
        fixed = options.replicas_of(facts)
        return {"minReplicas": fixed, "maxReplicas": fixed}
    found: dict[str, Any] = {"minReplicas": scaled.least, "maxReplicas": scaled.most}
    if options.hpa:
        return {**found, "scaleMetric": "cpu", "scaleTarget": _UTILIZATION}
    return {**found, "autoScaling": {"metrics": [_keda_metric(facts, options)]}}


def _keda_metric(facts: Facts, options: Options) -> dict[str, Any]:
    trigger = pending_trigger(facts, options, f'pod=~"{options.name}-predictor-[a-z0-9]+-[a-z0-9]+"')["metadata"]
    metric = {"backend": "prometheus", "serverAddress": trigger["serverAddress"], "query": trigger["query"]}
    target = {"type": "AverageValue", "averageValue": trigger["threshold"]}
    return {"type": "External", "external": {"metric": metric, "target": target}}


def standard_container(facts: Facts, options: Options) -> dict[str, Any]:
    texts = service_variables(facts, variables.of_pod(facts, options), options.name)
    return {
        "name": CONTAINER,
        "image": options.image,
        "env": variables.entries(texts, facts, options),
        "ports": [{**each, "name": PORT_NAMES[each["name"]]} for each in pod.ports(facts)],
        **pod.probes(facts, by_name=False),
        "resources": resources(facts),
        "securityContext": pod.container_rights(),
        "volumeMounts": pod.mounts(facts),
    }


def resources(facts: Facts) -> dict[str, Any]:
    """With a limit of the CPUs: KServe would add one of 1, which may be less than the request."""
    found = pod.resources(facts)
    limit = Hint(found["requests"]["cpu"], "a hint: the request, because KServe's default is 1")
    return {**found, "limits": {"cpu": limit, **found["limits"]}}


def knative_predictor(facts: Facts, options: Options) -> dict[str, Any]:
    """`timeout` is the grace period, too. The hard limit of requests is also what the autoscaler aims at."""
    target = f"kserve and --mode {options.mode}"
    port = knative_port(facts, target, "--mode Standard")
    least, most = knative_parts.bounds(facts, options)
    container = knative_parts.container(facts, options, port, CONTAINER)
    texts = service_variables(facts, knative_parts.knative_variables(facts, options), options.name)
    return {
        "labels": pod.labels(facts, options),
        "minReplicas": least,
        "maxReplicas": most,
        "scaleMetric": "concurrency",
        "scaleTarget": facts.concurrency,
        "containerConcurrency": facts.concurrency,
        "timeout": knative_timeout(facts, target),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "containers": [{**container, "env": variables.entries(texts, facts, options), "resources": resources(facts)}],
        "volumes": pod.tmp_volumes(facts),
    }


def service_variables(facts: Facts, found: dict[str, str], name: str) -> dict[str, str]:
    """name: of the InferenceService, which clients of V1 and V2 take for the name of the model.

    There is a limit of the CPUs, from which the number of threads follows.
    """
    if facts.threads is None:
        found = {key: text for key, text in found.items() if key != "OMP_NUM_THREADS"}
    return {**found, "V2_MODEL_NAMES": ",".join(filter(None, (name, found.get("V2_MODEL_NAMES"))))}
