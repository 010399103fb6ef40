"""KServe: a ServingRuntime or ClusterServingRuntime, for an image whose class loads a model from storage.

An InferenceService then names a format and the place of a model; KServe puts the model into /mnt/models.
"""

from __future__ import annotations

from typing import Any

from ..errors import BadSetting
from . import knative_parts, kserve, pod, variables
from .facts import Facts
from .options import Options, refuse
from .platform_rules import knative_port, require_redis
from .yaml_text import Hint

_API_VERSION = "serving.kserve.io/v1alpha1"
_FORMAT_VERSION = "1"
# (API, our protocol) -> the word for it here
_PROTOCOLS = {("REST", "v1"): "v1", ("REST", "v2"): "v2", ("GRPC", "v2"): "grpc-v2"}
_NAME = "{{.Name}}"
_INSTEAD = {
    "pdb": "use it with the target kserve, because a runtime has no pods of its own",
    "monitor": "use it with the target kserve, because a runtime has no pods of its own",
    "network_policy": "write one for the pods of the InferenceService",
    "graph": "use the target seldon, because only Seldon Core runs a graph",
    "no_engine": "leave it out, because there is no executor",
}
_ADVICE = "add --storage-uri, because an InferenceService scales, and a runtime does not"
_OF_A_SERVICE = dict.fromkeys(("replicas", "hpa", "keda", "scale"), _ADVICE)


def objects(facts: Facts, options: Options) -> list[dict[str, Any]]:
    """The runtime; with the place of a model also the InferenceService. Raises BadSetting."""
    instead = _INSTEAD if options.storage_uri else {**_INSTEAD, **_OF_A_SERVICE}
    refuse(options, "serving-runtime", {**_other_scalers(options), **instead})
    require_redis(facts, "serving-runtime", "each InferenceService would need a volume of its own")
    if options.cluster and options.namespace:
        raise BadSetting(f"--namespace: expected nothing with --cluster, found {options.namespace}; leave one out")
    if not options.storage_uri:
        return [runtime(facts, options)]
    kserve.require_name(options)
    return [runtime(facts, options), kserve.inference_service(facts, options, _predictor(facts, options))]


def runtime(facts: Facts, options: Options) -> dict[str, Any]:
    """It has no securityContext of the pod, so the container has all rights. Its format is its own."""
    model_format = {
        "name": Hint(options.name, "a hint: what predictor.model.modelFormat says"),
        "version": _FORMAT_VERSION,
        "autoSelect": True,
        "priority": 1,
    }
    return {
        "apiVersion": _API_VERSION,
        "kind": "ClusterServingRuntime" if options.cluster else "ServingRuntime",
        "metadata": pod.metadata(facts, options),
        "spec": {
            "annotations": kserve.scraping(facts, options.mode),
            "supportedModelFormats": [model_format],
            "protocolVersions": _protocol_versions(facts),
            "multiModel": False,
            "containers": [_container(facts, options)],
            "volumes": pod.tmp_volumes(facts),
        },
    }


def _protocol_versions(facts: Facts) -> list[str]:
    found = [word for (api, protocol), word in _PROTOCOLS.items() if api in facts.apis and protocol in facts.protocols]
    if not found:
        raise BadSetting(
            f"PROTOCOLS: expected v1 or v2 with serving-runtime, and v2 for gRPC, found {','.join(facts.protocols)} "
            f"for {','.join(facts.apis)}; set -e PROTOCOLS=seldon,v2,v1"
        )
    return found


def _container(facts: Facts, options: Options) -> dict[str, Any]:
    """KServe replaces the placeholder by the name of the InferenceService: its model's, and that of its state."""
    if options.mode == kserve.KNATIVE:
        port = knative_port(facts, f"serving-runtime and --mode {options.mode}", "--mode Standard")
        made = knative_parts.container(facts, options, port, kserve.CONTAINER)
        texts = knative_parts.knative_variables(facts, options)
    else:
        made, texts = kserve.standard_container(facts, options), variables.of_pod(facts, options)
    texts = kserve.service_variables(facts, texts, _NAME)
    if facts.persistence:
        texts["SELDON_DEPLOYMENT_ID"] = _NAME
    return {
        **made,
        "env": variables.entries(texts, facts, options),
        "resources": kserve.resources(facts),
        "securityContext": pod.container_rights(complete=True),
        "volumeMounts": pod.tmp_mounts(facts),
    }


def _predictor(facts: Facts, options: Options) -> dict[str, Any]:
    """The fields of the pod that a runtime cannot have, and the model."""
    make = kserve.knative_predictor if options.mode == kserve.KNATIVE else kserve.standard_predictor
    rest = {key: value for key, value in make(facts, options).items() if key not in ("containers", "volumes")}
    model = {"modelFormat": {"name": options.name}, "runtime": options.name, "storageUri": options.storage_uri}
    return {**rest, "model": model}


def _other_scalers(options: Options) -> dict[str, str]:
    if options.mode == kserve.KNATIVE:
        return {key: text for key, text in knative_parts.INSTEAD.items() if key in ("hpa", "keda")}
    return kserve.INSTEAD_OF_SCALE
