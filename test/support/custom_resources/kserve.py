"""The rules of KServe: of its webhooks, and of its runtimes."""

from support.manifest_matrix import containers_of
from support.manifests import variables_of

from .parts import annotations_of, container_of, has_grace, has_pods, is_standard, ports_of, probe_ports_of
from .rule import KNATIVE, KSERVE, RUNTIMES, Rule, delete_at, set_at

_OF_A_RUNTIME = {"annotations", "supportedModelFormats", "protocolVersions", "multiModel", "containers", "volumes"}


def _has_all_resources(document):
    return all({"cpu", "memory"} <= set(each["resources"][part]) for each in containers_of(document) for part in ("requests", "limits"))


def _reserved_variable(container):
    return {name for name in variables_of(container) if name in ("PORT", "PYTHONPATH", "STORAGE_URI") or name.startswith("K_")}


RULES = (
    Rule("the container has KServe's name", (KSERVE, *RUNTIMES), lambda it: [each["name"] for each in containers_of(it)] == ["kserve-container"],
         set_at([container_of, "name"], "iris"), applies=has_pods),
    Rule("the mode is a word of KServe", (KSERVE,), lambda it: annotations_of(it)["serving.kserve.io/deploymentMode"] in ("Standard", "Knative"),
         lambda it: annotations_of(it).update({"serving.kserve.io/deploymentMode": "standard"})),
    Rule("no variable that KServe or Knative reserves", (KSERVE, KNATIVE, *RUNTIMES), lambda it: not any(map(_reserved_variable, containers_of(it))),
         lambda it: container_of(it)["env"].append({"name": "PYTHONPATH", "value": "/x"}), applies=has_pods),
    Rule("PROTOCOL is left out, or v1 or v2", (KSERVE, *RUNTIMES), lambda it: all(variables_of(each).get("PROTOCOL", "v2") in ("v1", "v2") for each in containers_of(it)),
         lambda it: container_of(it)["env"].append({"name": "PROTOCOL", "value": "seldon"}), applies=has_pods),
    Rule("the name of the InferenceService is one of the model's", (KSERVE, *RUNTIMES),
         lambda it: all({it["metadata"]["name"], "{{.Name}}"} & set(variables_of(each)["V2_MODEL_NAMES"].split(",")) for each in containers_of(it)),
         lambda it: container_of(it)["env"].append({"name": "V2_MODEL_NAMES", "value": "other"}), applies=has_pods),
    Rule("no logger, in front of which no other port may stand", (KSERVE,), lambda it: "logger" not in it["spec"]["predictor"],
         set_at(["spec", "predictor", "logger"], {"mode": "all"})),
    Rule("requests and limits have CPUs and memory, else KServe sets 1 and 2Gi", (KSERVE, *RUNTIMES), _has_all_resources,
         delete_at(container_of, "resources", "limits", "cpu"), applies=has_pods),
    Rule("probes have the number of a declared port", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: all(set(probe_ports_of(each)) <= {port["containerPort"] for port in each["ports"]} for each in containers_of(it)),
         set_at([container_of, "livenessProbe"], {"httpGet": {"path": "/live", "port": "http"}}), applies=has_pods),
    Rule("Prometheus finds a port that serves metrics", (KSERVE, *RUNTIMES),
         lambda it: int(annotations_of(it)["prometheus.kserve.io/port"]) in {5000, 6000} and annotations_of(it)["prometheus.kserve.io/path"] == "/metrics",
         lambda it: annotations_of(it).update({"prometheus.kserve.io/port": "8080"}),
         applies=lambda it: "prometheus.kserve.io/port" in annotations_of(it)),
    Rule("the first port is that of an API, and its name says the protocol", (KSERVE, *RUNTIMES),
         lambda it: [port["name"] for port in ports_of(it)][0] in ("http1", "grpc", "h2c") and {port["name"] for port in ports_of(it)} <= {"http1", "grpc", "h2c", "metrics"},
         lambda it: ports_of(it)[0].update(name="web"), applies=has_pods),
    Rule("the Standard mode has an HPA on the CPUs, a metric of KEDA, or a fixed number", (KSERVE,),
         lambda it: {"hpa": it["spec"]["predictor"].get("scaleMetric") == "cpu" and 1 <= it["spec"]["predictor"].get("scaleTarget", 0) <= 100,
                     "keda": it["spec"]["predictor"].get("autoScaling", {}).get("metrics", [{}])[0].get("type") == "External",
                     "none": it["spec"]["predictor"]["minReplicas"] == it["spec"]["predictor"]["maxReplicas"]}[annotations_of(it)["serving.kserve.io/autoscalerClass"]],
         lambda it: it["spec"]["predictor"].update(minReplicas=0, scaleMetric="concurrency", autoScaling={}), applies=is_standard),
    Rule("a pod lives longer than the end of its server", (KSERVE,), lambda it: has_grace(it, 0), set_at(["spec", "predictor", "terminationGracePeriodSeconds"], 15),
         applies=lambda it: is_standard(it) and has_pods(it)),
    # runtimes
    Rule("a runtime has no fields of a pod but these", RUNTIMES, lambda it: set(it["spec"]) <= _OF_A_RUNTIME, set_at(["spec", "securityContext"], {})),
    Rule("a format is in lower case, and has a priority", RUNTIMES,
         lambda it: all(each["name"] == each["name"].lower() and each["priority"] >= 1 for each in it["spec"]["supportedModelFormats"]),
         lambda it: it["spec"]["supportedModelFormats"][0].update(name="Iris")),
    Rule("protocols are KServe's words, and there is one", RUNTIMES,
         lambda it: bool(it["spec"]["protocolVersions"]) and set(it["spec"]["protocolVersions"]) <= {"v1", "v2", "grpc-v1", "grpc-v2"},
         set_at(["spec", "protocolVersions"], ["seldon"])),
    Rule("one container has one model", RUNTIMES, lambda it: it["spec"]["multiModel"] is False, set_at(["spec", "multiModel"], True)),
    Rule("a runtime's state is that of its InferenceService", RUNTIMES,
         lambda it: all(variables_of(each).get("SELDON_DEPLOYMENT_ID", "{{.Name}}") == "{{.Name}}" for each in containers_of(it)),
         lambda it: container_of(it)["env"].append({"name": "SELDON_DEPLOYMENT_ID", "value": "iris"})),
)  # fmt: skip
