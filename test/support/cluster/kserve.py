"""What KServe makes of an InferenceService: a Deployment, or a revision of Knative; with the containers of a runtime."""

from __future__ import annotations

import json
from collections.abc import Iterable

from .fields import Fields, NotUnderstood, Template, fields, metadata_of, one_of
from .knative import of_revision

_TCP = {"periodSeconds": 10, "timeoutSeconds": 1}
# what InferenceService has beside the fields of a PodSpec. The agent of `logger`, and `batcher`, would be more containers
_COMPONENT = ("minReplicas", "maxReplicas", "scaleMetric", "scaleTarget", "scaleMetricType", "containerConcurrency", "timeout",
              "canaryTrafficPercent", "deploymentStrategy", "autoScaling", "labels", "annotations")
_OF_KNATIVE = {"timeout": "timeoutSeconds", "containerConcurrency": "containerConcurrency"}
_MODE = "serving.kserve.io/deploymentMode"
_RUNTIME = ("annotations", "supportedModelFormats", "protocolVersions", "multiModel", "containers", "volumes")
_MODELS = {"name": "kserve-provision-location", "mountPath": "/mnt/models", "readOnly": True}


def with_runtime(service: Fields, runtimes: Iterable[Fields]) -> Fields:
    """The InferenceService, with the containers of the runtime that its model names, and a folder for the model."""
    predictor = dict(service["spec"]["predictor"])
    model = fields(predictor.pop("model"), "model", "modelFormat", "runtime", "storageUri")
    found = [one["spec"] for one in runtimes if one["metadata"]["name"] == model["runtime"]]
    if not found or model["modelFormat"]["name"] not in [one["name"] for one in found[0]["supportedModelFormats"]]:
        raise NotUnderstood(f"model: expected a runtime with its format, found {model}")
    runtime = fields(found[0], "a runtime", *_RUNTIME)
    runtime = json.loads(json.dumps(runtime).replace("{{.Name}}", service["metadata"]["name"]))
    (container,) = runtime["containers"]
    container["volumeMounts"] = [*container.get("volumeMounts", ()), _MODELS]
    volumes = [*runtime.get("volumes", ()), {"name": _MODELS["name"], "emptyDir": {}}]
    annotations = {**runtime.get("annotations", {}), **service["metadata"].get("annotations", {})}
    return {**service, "metadata": {**service["metadata"], "annotations": annotations},
            "spec": {"predictor": {**predictor, "containers": [container], "volumes": volumes}}}


def of_inference_service(thing: Fields) -> list[Template]:
    """One template. thing: with containers of its own, or with those of its runtime."""
    predictor = fields(thing["spec"], "spec", "predictor")["predictor"]
    component = {name: predictor.pop(name) for name in _COMPONENT if name in predictor}
    (container,) = predictor["containers"]
    one_of(container["name"], "containers[0].name", "kserve-container")
    container.setdefault("resources", {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}})
    annotations = thing["metadata"].get("annotations", {})
    # the annotations and labels of an InferenceService are those of its pods, too
    kept = {name: {**thing["metadata"].get(name, {}), **component.get(name, {})} for name in ("annotations", "labels")}
    if one_of(annotations.get(_MODE), _MODE, "Standard", "Knative") == "Knative":
        spec = {**predictor, **{new: component[name] for name, new in _OF_KNATIVE.items() if name in component}}
        return [of_revision(thing, kept, spec)]
    port = container["ports"][0]["containerPort"] if container.get("ports") else 8080
    container.setdefault("readinessProbe", {"tcpSocket": {"port": port}, **_TCP})
    return [Template(metadata_of(thing, kept), {"terminationGracePeriodSeconds": 30, **predictor})]
