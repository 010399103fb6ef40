"""What custom resources must fulfil beyond their schemas, restated as a table: each rule has a way to break it.

The rules are those of webhooks, of controllers and of Pod Security, which no schema has.
"""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from support.manifest_matrix import containers_of, pods_of

SELDON, KSERVE, KNATIVE, MONITOR, BUDGET = "SeldonDeployment", "InferenceService", "Service", "PodMonitor", "PodDisruptionBudget"
RUNTIMES = ("ServingRuntime", "ClusterServingRuntime")
PODS = (SELDON, KSERVE, KNATIVE, *RUNTIMES)  # what pods are made of
_TYPES = {"MODEL", "ROUTER", "COMBINER", "TRANSFORMER", "OUTPUT_TRANSFORMER", "UNKNOWN_TYPE"}
_BUILT_IN = {"SIMPLE_MODEL", "SIMPLE_ROUTER", "RANDOM_ABTEST", "AVERAGE_COMBINER"}
_LABEL = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_ALLOWED_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_KNATIVE_VOLUMES = {"secret", "configMap", "projected", "emptyDir"}
_OF_A_POD = {"terminationGracePeriodSeconds", "securityContext", "affinity", "nodeSelector", "topologySpreadConstraints", "runtimeClassName",
             "initContainers", "dnsPolicy", "hostname", "restartPolicy", "tolerations", "deploymentStrategy"}  # fmt: skip
_OF_A_RUNTIME = {"annotations", "supportedModelFormats", "protocolVersions", "multiModel", "containers", "volumes"}
_RESERVED_PORTS = {8008, 8012, 8013, 8022, 8112, 9090, 9091}
_AUTOSCALING = "autoscaling.knative.dev"


@dataclasses.dataclass(frozen=True)
class Rule:
    """kinds: of the objects that it is for. applies: to which of these. holds: whether an object keeps it.

    spoil: changes an object that keeps it, so that it does not.
    """

    name: str
    kinds: tuple[str, ...]
    holds: Callable[[dict[str, Any]], bool]
    spoil: Callable[[dict[str, Any]], Any]
    applies: Callable[[dict[str, Any]], bool] = lambda document: True


def broken(document):
    """The names of the rules that an object breaks."""
    return [rule.name for rule in RULES if document["kind"] in rule.kinds and rule.applies(document) and not rule.holds(document)]


def is_knative(document):
    """A Knative Service, or what KServe makes one of."""
    if document["kind"] in RUNTIMES:
        return "serving.kserve.io/enable-metric-aggregation" in document["spec"]["annotations"]
    mode = document["metadata"].get("annotations", {}).get("serving.kserve.io/deploymentMode")
    return document["kind"] == KNATIVE or mode == "Knative"


def _is_standard(document):
    return not is_knative(document)


def _has_pods(document):
    return bool(pods_of(document))


def _predictors(document):
    return document["spec"]["predictors"]


def _first(document):
    return _predictors(document)[0]


def _units(document):
    def walk(unit):
        return [unit, *(below for child in unit.get("children", []) for below in walk(child))]

    return [(predictor, unit) for predictor in _predictors(document) for unit in walk(predictor["graph"])]


def _names(predictor):
    return [container["name"] for each in predictor["componentSpecs"] for container in each["spec"]["containers"]]


def _ours(document):
    """The containers of the image that printed the object; others may stand beside them in a file."""
    return [each for each in containers_of(document) if each["image"].startswith("registry.example/shop/")]


def _container(document):
    return _ours(document)[0]


def _pod(document):
    return pods_of(document)[-1]


def _env(container):
    return {each["name"]: each.get("value") for each in container.get("env", [])}


def _all_rights(document):
    """The securityContext of each container, with what it has from its pod."""
    for pod in pods_of(document):
        for container in pod["containers"]:
            if container in _ours(document):
                yield {**pod.get("securityContext", {}), **container["securityContext"]}


def _probe_ports(container):
    probes = (container[name] for name in ("startupProbe", "readinessProbe", "livenessProbe"))
    return [handler["port"] for probe in probes for handler in probe.values() if isinstance(handler, dict)]


def _writes_to_tmp(document):
    for pod in pods_of(document):
        empty = {each["name"] for each in pod.get("volumes", []) if "emptyDir" in each}
        for container in pod["containers"]:
            if container not in _ours(document):
                continue
            if not any(mount["mountPath"] == "/tmp" and mount["name"] in empty for mount in container.get("volumeMounts", [])):
                return False
    return True


def _grace(document, pre_stop):
    """Whether a pod lives longer than its hook and the end of the server take."""
    needed = [int(_env(each).get("GRACE_PERIOD_SECONDS", 9)) for each in _ours(document)]
    pods = [pod for pod in pods_of(document) if any(each in pod["containers"] for each in _ours(document))]
    return all(pod["terminationGracePeriodSeconds"] >= pre_stop + max(needed) + 2 for pod in pods)


def _are_texts(mapping):
    return all(isinstance(text, str) for text in mapping.values())


def _metadata(document):
    return document["spec"]["template"]["metadata"] if document["kind"] == KNATIVE else document["metadata"]


def _annotations(document):
    if document["kind"] == SELDON:
        return _first(document).get("annotations", {})
    return document["spec"]["annotations"] if document["kind"] in RUNTIMES else _metadata(document).get("annotations", {})


def _scaled(document):
    return [each for predictor in _predictors(document) for each in predictor["componentSpecs"] if "hpaSpec" in each]


def _no_two_scalers(document):
    specs = [(predictor, each) for predictor in _predictors(document) for each in predictor["componentSpecs"]]
    return not any("hpaSpec" in each and "kedaSpec" in each for _, each in specs) and not any(
        ("hpaSpec" in each or "kedaSpec" in each) and "replicas" in each for _, each in specs)


def _kserve_resources(document):
    return all({"cpu", "memory"} <= set(each["resources"][part]) for each in containers_of(document) for part in ("requests", "limits"))


def _ports(document):
    return [port for each in containers_of(document) for port in each.get("ports", [])]


def _reserved_variable(container):
    return {name for name in _env(container) if name in ("PORT", "PYTHONPATH", "STORAGE_URI") or name.startswith("K_")}


def _set(path, value):
    """A spoiler: path: what to change, below the first container, the last pod or the object."""

    def spoil(document):
        *parts, last = path
        place: Any = document
        for part in parts:
            place = part(place) if callable(part) else place[part]
        place[last] = value

    return spoil


def _delete(*path):
    def spoil(document):
        *parts, last = path
        place: Any = document
        for part in parts:
            place = part(place) if callable(part) else place[part]
        del place[last]

    return spoil


def _persists(document):
    return any(_env(each).get("PERSISTENCE") == "1" for each in containers_of(document))


def _replicas(document):
    if document["kind"] == SELDON:
        return [each.get("replicas", predictor.get("replicas")) for predictor in _predictors(document) for each in predictor["componentSpecs"]]
    if document["kind"] == KSERVE:
        predictor = document["spec"]["predictor"]
        return [predictor["minReplicas"], predictor.get("maxReplicas")]
    return [int(_annotations(document)[f"{_AUTOSCALING}/{word}-scale"]) for word in ("min", "max")]


RULES = (
    # the webhook of Seldon Core
    Rule("each unit without an implementation has one container of its name", (SELDON,),
         lambda it: all(_names(predictor).count(unit["name"]) == 1 for predictor, unit in _units(it) if "implementation" not in unit),
         _set([_first, "graph", "name"], "another")),
    Rule("no two units of a predictor have one name", (SELDON,),
         lambda it: all([u["name"] for p, u in _units(it) if p is predictor].count(unit["name"]) == 1 for predictor, unit in _units(it)),
         lambda it: _first(it)["graph"].setdefault("children", []).append({"name": _first(it)["graph"]["name"]})),
    Rule("the type is a word of the operator", (SELDON,), lambda it: all(unit.get("type", "MODEL") in _TYPES for _, unit in _units(it)),
         _set([_first, "graph", "type"], "OUTLIER_DETECTOR")),
    Rule("an implementation is built in, or has the place of its model", (SELDON,),
         lambda it: all(unit.get("implementation", "SIMPLE_MODEL") in _BUILT_IN or "modelUri" in unit for _, unit in _units(it)),
         _set([_first, "graph", "implementation"], "SKLEARN_SERVER")),
    Rule("the value of a parameter is text, and its type is known", (SELDON,),
         lambda it: all(isinstance(each["value"], str) and each["type"] in ("INT", "FLOAT", "DOUBLE", "STRING", "BOOL")
                        for _, unit in _units(it) for each in unit.get("parameters", [])),
         _set([_first, "graph", "parameters"], [{"name": "n", "type": "INT", "value": 3}])),
    Rule("a logger has a mode", (SELDON,), lambda it: all(unit.get("logger", {"mode": "all"}).get("mode") for _, unit in _units(it)),
         _set([_first, "graph", "logger"], {"url": "http://broker"})),
    Rule("there is no executor for one unit at most", (SELDON,),
         lambda it: "seldon.io/no-engine" not in _annotations(it) or len(_units(it)) == len(_predictors(it)),
         lambda it: (_first(it)["annotations"].update({"seldon.io/no-engine": "true"}),
                     _first(it)["graph"].setdefault("children", []).append({"name": "more", "implementation": "SIMPLE_MODEL"}))),
    Rule("predictors have different names", (SELDON,),
         lambda it: len({each["name"] for each in _predictors(it)}) == len(_predictors(it)), lambda it: _predictors(it).append(_first(it))),
    Rule("traffic sums to 100 over several predictors, and is 0 or 100 for one", (SELDON,),
         lambda it: sum(each.get("traffic", 0) for each in _predictors(it)) in ((100,) if len(_predictors(it)) > 1 else (0, 100)),
         _set([_first, "traffic"], 55)),
    Rule("the protocol is known, and the transport left out", (SELDON,),
         lambda it: it["spec"]["protocol"] in ("seldon", "v2") and "transport" not in it["spec"], _set(["spec", "protocol"], "Seldon")),
    Rule("endpoint.type is left out, because it is deprecated", (SELDON,), lambda it: all("endpoint" not in unit for _, unit in _units(it)),
         _set([_first, "graph", "endpoint"], {"type": "REST"})),
    # what the operator does with it
    Rule("names of units are those of containers, and no container is the operator's", (SELDON,),
         lambda it: all(_LABEL.fullmatch(name) and name not in ("seldon-container-engine", "tfserving")
                        for predictor in _predictors(it) for name in _names(predictor)),
         _set([_container, "name"], "seldon-container-engine")),
    Rule("the three annotations are texts", (SELDON,),
         lambda it: any({f"seldon.io/{name}" for name in ("rest-timeout", "grpc-timeout", "grpc-max-message-size")} <= set(each.get("annotations", ()))
                        and _are_texts(each["annotations"]) for each in _predictors(it)),
         lambda it: [each.get("annotations", {}).update({"seldon.io/rest-timeout": 5000}) for each in _predictors(it)]),
    Rule("the label version is the value of a label", (SELDON,),
         lambda it: any(re.fullmatch(r"[\w.-]{1,63}", each.get("labels", {}).get("version", "")) for each in _predictors(it)),
         lambda it: [each.get("labels", {}).pop("version", None) for each in _predictors(it)]),
    Rule("ports and their variables are left to the operator", (SELDON,),
         lambda it: not _ports(it) and not any(name.endswith("_SERVICE_PORT") and name.startswith("PREDICTIVE") for each in _ours(it) for name in _env(each)),
         _set([_container, "ports"], [{"name": "http", "containerPort": 5000}])),
    Rule("probes name the port that the operator adds", (SELDON,), lambda it: all(_probe_ports(each) == ["http"] * 3 for each in _ours(it)),
         _set([_container, "readinessProbe", "httpGet", "port"], 9000)),
    Rule("there is no preStop.sleep, which the CRD drops", (SELDON,), lambda it: all("lifecycle" not in each for each in containers_of(it)),
         _set([_container, "lifecycle"], {"preStop": {"sleep": {"seconds": 10}}})),
    Rule("the pod lives longer than the operator's hook and the server's end", (SELDON,),
         lambda it: _grace(it, 10),
         lambda it: [pod.update({"terminationGracePeriodSeconds": 20}) for pod in pods_of(it)]),
    Rule("the user is a number, as the operator's default is another one", (SELDON,),
         lambda it: any(pod.get("securityContext", {}).get("runAsUser") == 1001 for pod in pods_of(it)),
         lambda it: [pod.get("securityContext", {}).pop("runAsUser", None) for pod in pods_of(it)]),
    Rule("an HPA is in the form of autoscaling/v2", (SELDON,),
         lambda it: all("metrics" not in each["hpaSpec"] and each["hpaSpec"]["metricsv2"] for each in _scaled(it)),
         lambda it: _scaled(it)[0]["hpaSpec"].update({"metrics": []}), applies=_scaled),
    Rule("an HPA has 2 pods or more, and no fewer than its least", (SELDON,),
         lambda it: all(2 <= each["hpaSpec"]["minReplicas"] <= each["hpaSpec"]["maxReplicas"] for each in _scaled(it)),
         lambda it: _scaled(it)[0]["hpaSpec"].update({"minReplicas": 99}), applies=_scaled),
    Rule("one autoscaler at most, and then no replicas", (SELDON,), _no_two_scalers,
         lambda it: _scaled(it)[0].update({"kedaSpec": {"triggers": []}}), applies=_scaled),
    Rule("a pdbSpec has exactly one of its fields", (SELDON,),
         lambda it: all(len(each["pdbSpec"]) == 1 for predictor in _predictors(it) for each in predictor["componentSpecs"] if "pdbSpec" in each),
         lambda it: [each["pdbSpec"].update({"minAvailable": 1}) for predictor in _predictors(it) for each in predictor["componentSpecs"] if "pdbSpec" in each],
         applies=lambda it: any("pdbSpec" in each for predictor in _predictors(it) for each in predictor["componentSpecs"])),
    Rule("metadata of a componentSpec has no null time", (SELDON,),
         lambda it: all("metadata" not in each for predictor in _predictors(it) for each in predictor["componentSpecs"]),
         lambda it: _first(it)["componentSpecs"][0].update({"metadata": {"creationTimestamp": None}})),
    # all pods
    Rule("a class with a state has one pod", (SELDON, KSERVE, KNATIVE), lambda it: set(_replicas(it)) == {1},
         lambda it: (_first(it).update(replicas=2) if it["kind"] == SELDON else it["spec"]["predictor"].update(maxReplicas=2) if it["kind"] == KSERVE
                     else _annotations(it).update({f"{_AUTOSCALING}/max-scale": "2"})),
         applies=lambda it: _has_pods(it) and _persists(it)),
    Rule("pods are restricted: not root", PODS, lambda it: all(each.get("runAsNonRoot") is True for each in _all_rights(it)),
         lambda it: [place.pop("runAsNonRoot", None) for each in pods_of(it) for place in (each.get("securityContext", {}), *(c.get("securityContext", {}) for c in each["containers"]))],
         applies=_has_pods),
    Rule("pods are restricted: a seccomp profile", PODS, lambda it: all(each.get("seccompProfile") == {"type": "RuntimeDefault"} for each in _all_rights(it)),
         lambda it: [place.pop("seccompProfile", None) for each in pods_of(it) for place in (each.get("securityContext", {}), *(c.get("securityContext", {}) for c in each["containers"]))],
         applies=_has_pods),
    Rule("pods are restricted: no capabilities", PODS, lambda it: all(each["capabilities"] == {"drop": ["ALL"]} for each in _all_rights(it)),
         _set([_container, "securityContext", "capabilities"], {}), applies=_has_pods),
    Rule("pods are restricted: no more rights", PODS, lambda it: all(each["allowPrivilegeEscalation"] is False for each in _all_rights(it)),
         _set([_container, "securityContext", "allowPrivilegeEscalation"], True), applies=_has_pods),
    Rule("the user has no name, and is not 0", PODS, lambda it: all(type(each.get("runAsUser", 1)) is int and each.get("runAsUser") != 0 for each in _all_rights(it)),
         _set([_container, "securityContext", "runAsUser"], 0), applies=_has_pods),
    Rule("the root is read-only, and /tmp an emptyDir", PODS,
         lambda it: all(each["readOnlyRootFilesystem"] for each in _all_rights(it)) and _writes_to_tmp(it),
         lambda it: _container(it).update({"volumeMounts": []}), applies=_has_pods),
    Rule("volumes are those that restricted allows", PODS,
         lambda it: all(set(each) - {"name"} <= _ALLOWED_VOLUMES for pod in pods_of(it) for each in pod.get("volumes", [])),
         lambda it: _pod(it)["volumes"].append({"name": "host", "hostPath": {"path": "/"}}), applies=_has_pods),
    Rule("liveness has another path than readiness", PODS,
         lambda it: all(each["livenessProbe"].get("httpGet", {}).get("path") != each["readinessProbe"].get("httpGet", {}).get("path", "") for each in _ours(it)),
         lambda it: _container(it)["livenessProbe"].update({"httpGet": _container(it)["readinessProbe"].setdefault("httpGet", {"path": "/ready", "port": 5000})}),
         applies=_has_pods),
    Rule("readiness does not call the class", PODS,
         lambda it: all("/health/status" not in str(each["readinessProbe"]) for each in _ours(it)),
         _set([_container, "readinessProbe"], {"httpGet": {"path": "/health/status", "port": 5000}}), applies=_has_pods),
    Rule("a slow load has 5 minutes", PODS,
         lambda it: all(each["startupProbe"]["periodSeconds"] * each["startupProbe"]["failureThreshold"] >= 300 for each in _ours(it)),
         _set([_container, "startupProbe", "failureThreshold"], 3), applies=_has_pods),
    Rule("a probe waits longer than 1 s", PODS, lambda it: all(each[name]["timeoutSeconds"] > 1 for each in _ours(it) for name in ("startupProbe", "readinessProbe", "livenessProbe")),
         _set([_container, "livenessProbe", "timeoutSeconds"], 1), applies=_has_pods),
    Rule("each container requests CPUs and memory", PODS, lambda it: all({"cpu", "memory"} <= set(each["resources"]["requests"]) for each in _ours(it)),
         _delete(_container, "resources", "requests", "cpu"), applies=_has_pods),
    Rule("no links to Services, one of which may be called redis", (SELDON, KSERVE, KNATIVE),
         lambda it: any(pod.get("enableServiceLinks") is False for pod in pods_of(it)),
         lambda it: [pod.pop("enableServiceLinks", None) for pod in pods_of(it)], applies=_has_pods),
    Rule("no token of the API of Kubernetes", (SELDON, KSERVE, KNATIVE), lambda it: any(pod.get("automountServiceAccountToken") is False for pod in pods_of(it)),
         lambda it: [pod.update(automountServiceAccountToken=True) for pod in pods_of(it)], applies=_has_pods),
    Rule("variables and annotations are texts", PODS,
         lambda it: _are_texts(_annotations(it)) and all(isinstance(each.get("value", ""), str) for c in containers_of(it) for each in c.get("env", [])),
         lambda it: _container(it)["env"].append({"name": "MODEL_WORKERS", "value": 4}), applies=_has_pods),
    Rule("the image is named for the labels of the metrics", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: all(_env(each).get("PREDICTIVE_UNIT_IMAGE") == each["image"] for each in _ours(it)),
         lambda it: _container(it).update(env=[]), applies=_has_pods),
    # the webhooks of KServe and Knative
    Rule("the container has KServe's name", (KSERVE, *RUNTIMES), lambda it: [each["name"] for each in containers_of(it)] == ["kserve-container"],
         _set([_container, "name"], "iris"), applies=_has_pods),
    Rule("the mode is a word of KServe", (KSERVE,), lambda it: _annotations(it)["serving.kserve.io/deploymentMode"] in ("Standard", "Knative"),
         lambda it: _annotations(it).update({"serving.kserve.io/deploymentMode": "standard"})),
    Rule("no variable that KServe or Knative reserves", (KSERVE, KNATIVE, *RUNTIMES), lambda it: not any(map(_reserved_variable, containers_of(it))),
         lambda it: _container(it)["env"].append({"name": "PYTHONPATH", "value": "/x"}), applies=_has_pods),
    Rule("PROTOCOL is left out, or v1 or v2", (KSERVE, *RUNTIMES), lambda it: all(_env(each).get("PROTOCOL", "v2") in ("v1", "v2") for each in containers_of(it)),
         lambda it: _container(it)["env"].append({"name": "PROTOCOL", "value": "seldon"}), applies=_has_pods),
    Rule("the name of the InferenceService is one of the model's", (KSERVE, *RUNTIMES),
         lambda it: all({it["metadata"]["name"], "{{.Name}}"} & set(_env(each)["V2_MODEL_NAMES"].split(",")) for each in containers_of(it)),
         lambda it: _container(it)["env"].append({"name": "V2_MODEL_NAMES", "value": "other"}), applies=_has_pods),
    Rule("no logger, in front of which no other port may stand", (KSERVE,), lambda it: "logger" not in it["spec"]["predictor"],
         _set(["spec", "predictor", "logger"], {"mode": "all"})),
    Rule("requests and limits have CPUs and memory, else KServe sets 1 and 2Gi", (KSERVE, *RUNTIMES), _kserve_resources,
         _delete(_container, "resources", "limits", "cpu"), applies=_has_pods),
    Rule("probes have the number of a declared port", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: all(set(_probe_ports(each)) <= {port["containerPort"] for port in each["ports"]} for each in containers_of(it)),
         _set([_container, "livenessProbe"], {"httpGet": {"path": "/live", "port": "http"}}), applies=_has_pods),
    Rule("Prometheus finds a port that serves metrics", (KSERVE, *RUNTIMES),
         lambda it: int(_annotations(it)["prometheus.kserve.io/port"]) in {5000, 6000} and _annotations(it)["prometheus.kserve.io/path"] == "/metrics",
         lambda it: _annotations(it).update({"prometheus.kserve.io/port": "8080"}),
         applies=lambda it: "prometheus.kserve.io/port" in _annotations(it)),
    Rule("the first port is that of an API, and its name says the protocol", (KSERVE, *RUNTIMES),
         lambda it: [port["name"] for port in _ports(it)][0] in ("http1", "grpc", "h2c") and {port["name"] for port in _ports(it)} <= {"http1", "grpc", "h2c", "metrics"},
         lambda it: _ports(it)[0].update(name="web"), applies=_has_pods),
    Rule("the Standard mode has an HPA on the CPUs, a metric of KEDA, or a fixed number", (KSERVE,),
         lambda it: {"hpa": it["spec"]["predictor"].get("scaleMetric") == "cpu" and 1 <= it["spec"]["predictor"].get("scaleTarget", 0) <= 100,
                     "keda": it["spec"]["predictor"].get("autoScaling", {}).get("metrics", [{}])[0].get("type") == "External",
                     "none": it["spec"]["predictor"]["minReplicas"] == it["spec"]["predictor"]["maxReplicas"]}[_annotations(it)["serving.kserve.io/autoscalerClass"]],
         lambda it: it["spec"]["predictor"].update(minReplicas=0, scaleMetric="concurrency", autoScaling={}), applies=_is_standard),
    Rule("a pod lives longer than the end of its server", (KSERVE,), lambda it: _grace(it, 0), _set(["spec", "predictor", "terminationGracePeriodSeconds"], 15),
         applies=lambda it: _is_standard(it) and _has_pods(it)),
    Rule("Knative has exactly one port, http1 or h2c, and none of its own", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: len(_ports(it)) == 1 and _ports(it)[0]["name"] in ("http1", "h2c") and _ports(it)[0]["containerPort"] not in _RESERVED_PORTS,
         lambda it: _container(it)["ports"].append({"name": "metrics", "containerPort": 6000}), applies=lambda it: is_knative(it) and _has_pods(it)),
    Rule("gRPC has the name h2c in Knative", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: (_ports(it)[0]["name"] == "h2c") == (_env(_container(it))["API_TYPE"] == "GRPC"), lambda it: _ports(it)[0].update(name="grpc1"),
         applies=lambda it: is_knative(it) and _has_pods(it) and _env(_container(it))["API_TYPE"] == "GRPC"),
    Rule("Knative takes no fields of a pod", (KSERVE, KNATIVE), lambda it: not any(_OF_A_POD & set(pod) for pod in pods_of(it)),
         lambda it: _pod(it).update(terminationGracePeriodSeconds=35), applies=lambda it: is_knative(it) and _has_pods(it)),
    Rule("Knative takes no lifecycle", (KSERVE, KNATIVE), lambda it: all("lifecycle" not in each for each in containers_of(it)),
         _set([_container, "lifecycle"], {}), applies=lambda it: is_knative(it) and _has_pods(it)),
    Rule("Knative takes no volume that is kept, and no downward API", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: all(set(each) - {"name"} <= _KNATIVE_VOLUMES for pod in pods_of(it) for each in pod["volumes"])
         and not any("fieldRef" in str(each) for each in containers_of(it)),
         lambda it: _pod(it)["volumes"].append({"name": "podinfo", "downwardAPI": {}}), applies=lambda it: is_knative(it) and _has_pods(it)),
    Rule("Knative's proxy drains, so the server does not", (KSERVE, KNATIVE, *RUNTIMES), lambda it: _env(_container(it))["DRAIN_SECONDS"] == "0",
         lambda it: _container(it).update(env=[{"name": "DRAIN_SECONDS", "value": "5"}]), applies=lambda it: is_knative(it) and _has_pods(it)),
    Rule("REST has its metrics on the one port", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: _env(_container(it))["API_TYPE"] == "GRPC" or "PREDICTIVE_UNIT_METRICS_SERVICE_PORT" not in _env(_container(it)),
         lambda it: _container(it).update(env=[{"name": "API_TYPE", "value": "REST"}, {"name": "PREDICTIVE_UNIT_METRICS_SERVICE_PORT", "value": "6000"}]),
         applies=lambda it: is_knative(it) and _has_pods(it)),
    Rule("the hard limit is what the class works on at the same time", (KNATIVE,),
         lambda it: it["spec"]["template"]["spec"]["containerConcurrency"] >= int(_env(_container(it))["MODEL_WORKERS"]),
         _set(["spec", "template", "spec", "containerConcurrency"], 0)),
    Rule("the timeout is the grace period, and 600 at most", (KNATIVE,),
         lambda it: int(_env(_container(it))["GRACE_PERIOD_SECONDS"]) <= it["spec"]["template"]["spec"]["timeoutSeconds"] <= 600,
         _set(["spec", "template", "spec", "timeoutSeconds"], 3600)),
    Rule("the annotations for the autoscaler are on the template", (KNATIVE,),
         lambda it: {f"{_AUTOSCALING}/min-scale", "serving.knative.dev/progress-deadline"} <= set(_annotations(it)) and "annotations" not in it["metadata"],
         _delete(_metadata, "annotations", f"{_AUTOSCALING}/min-scale")),
    Rule("the name has room for that of a revision", (KNATIVE,), lambda it: len(it["metadata"]["name"]) <= 57, _set(["metadata", "name"], "x" * 58)),
    Rule("KServe in Knative scales by concurrency", (KSERVE,),
         lambda it: it["spec"]["predictor"]["scaleMetric"] in ("concurrency", "rps") and it["spec"]["predictor"]["timeout"] <= 600,
         _set(["spec", "predictor", "scaleMetric"], "cpu"), applies=is_knative),
    # runtimes
    Rule("a runtime has no fields of a pod but these", RUNTIMES, lambda it: set(it["spec"]) <= _OF_A_RUNTIME, _set(["spec", "securityContext"], {})),
    Rule("a format is in lower case, and has a priority", RUNTIMES,
         lambda it: all(each["name"] == each["name"].lower() and each["priority"] >= 1 for each in it["spec"]["supportedModelFormats"]),
         lambda it: it["spec"]["supportedModelFormats"][0].update(name="Iris")),
    Rule("protocols are KServe's words, and there is one", RUNTIMES,
         lambda it: bool(it["spec"]["protocolVersions"]) and set(it["spec"]["protocolVersions"]) <= {"v1", "v2", "grpc-v1", "grpc-v2"},
         _set(["spec", "protocolVersions"], ["seldon"])),
    Rule("one container has one model", RUNTIMES, lambda it: it["spec"]["multiModel"] is False, _set(["spec", "multiModel"], True)),
    Rule("a runtime's state is that of its InferenceService", RUNTIMES,
         lambda it: all(_env(each).get("SELDON_DEPLOYMENT_ID", "{{.Name}}") == "{{.Name}}" for each in containers_of(it)),
         lambda it: _container(it)["env"].append({"name": "SELDON_DEPLOYMENT_ID", "value": "iris"})),
    # beside them
    Rule("a monitor names a port, and no label of ours is another's", (MONITOR,),
         lambda it: all(each["port"] == "metrics" and each["honorLabels"] is False for each in it["spec"]["podMetricsEndpoints"]),
         lambda it: it["spec"]["podMetricsEndpoints"][0].update(port=6000)),
    Rule("a monitor chooses some pods", (MONITOR,), lambda it: bool(it["spec"]["selector"]["matchLabels"]), _set(["spec", "selector"], {"matchLabels": {}})),
    Rule("a budget has exactly one of its fields, and chooses some pods", (BUDGET,),
         lambda it: len({"maxUnavailable", "minAvailable"} & set(it["spec"])) == 1 and bool(it["spec"]["selector"]["matchLabels"]),
         _set(["spec", "minAvailable"], 1)),
)  # fmt: skip
