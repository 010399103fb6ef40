"""The rules of Knative, for its Services and for what KServe makes one of."""

from support.manifest_matrix import containers_of, pods_of
from support.manifests import variables_of

from .parts import AUTOSCALING, annotations_of, container_of, has_pods, is_knative, metadata_of, pod_of, ports_of
from .rule import KNATIVE, KSERVE, RUNTIMES, Rule, delete_at, set_at

_KNATIVE_VOLUMES = {"secret", "configMap", "projected", "emptyDir"}
_OF_A_POD = {"terminationGracePeriodSeconds", "securityContext", "affinity", "nodeSelector", "topologySpreadConstraints", "runtimeClassName",
             "initContainers", "dnsPolicy", "hostname", "restartPolicy", "tolerations", "deploymentStrategy"}  # fmt: skip
_RESERVED_PORTS = {8008, 8012, 8013, 8022, 8112, 9090, 9091}
RULES = (
    Rule("Knative has exactly one port, http1 or h2c, and none of its own", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: len(ports_of(it)) == 1 and ports_of(it)[0]["name"] in ("http1", "h2c") and ports_of(it)[0]["containerPort"] not in _RESERVED_PORTS,
         lambda it: container_of(it)["ports"].append({"name": "metrics", "containerPort": 6000}), applies=lambda it: is_knative(it) and has_pods(it)),
    Rule("gRPC has the name h2c in Knative", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: (ports_of(it)[0]["name"] == "h2c") == (variables_of(container_of(it))["API_TYPE"] == "GRPC"), lambda it: ports_of(it)[0].update(name="grpc1"),
         applies=lambda it: is_knative(it) and has_pods(it) and variables_of(container_of(it))["API_TYPE"] == "GRPC"),
    Rule("Knative takes no fields of a pod", (KSERVE, KNATIVE), lambda it: not any(_OF_A_POD & set(pod) for pod in pods_of(it)),
         lambda it: pod_of(it).update(terminationGracePeriodSeconds=35), applies=lambda it: is_knative(it) and has_pods(it)),
    Rule("Knative takes no lifecycle", (KSERVE, KNATIVE), lambda it: all("lifecycle" not in each for each in containers_of(it)),
         set_at([container_of, "lifecycle"], {}), applies=lambda it: is_knative(it) and has_pods(it)),
    Rule("Knative takes no volume that is kept, and no downward API", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: all(set(each) - {"name"} <= _KNATIVE_VOLUMES for pod in pods_of(it) for each in pod["volumes"])
         and not any("fieldRef" in str(each) for each in containers_of(it)),
         lambda it: pod_of(it)["volumes"].append({"name": "podinfo", "downwardAPI": {}}), applies=lambda it: is_knative(it) and has_pods(it)),
    Rule("Knative's proxy drains, so the server does not", (KSERVE, KNATIVE, *RUNTIMES), lambda it: variables_of(container_of(it))["DRAIN_SECONDS"] == "0",
         lambda it: container_of(it).update(env=[{"name": "DRAIN_SECONDS", "value": "5"}]), applies=lambda it: is_knative(it) and has_pods(it)),
    Rule("REST has its metrics on the one port", (KSERVE, KNATIVE, *RUNTIMES),
         lambda it: variables_of(container_of(it))["API_TYPE"] == "GRPC" or "PREDICTIVE_UNIT_METRICS_SERVICE_PORT" not in variables_of(container_of(it)),
         lambda it: container_of(it).update(env=[{"name": "API_TYPE", "value": "REST"}, {"name": "PREDICTIVE_UNIT_METRICS_SERVICE_PORT", "value": "6000"}]),
         applies=lambda it: is_knative(it) and has_pods(it)),
    Rule("the hard limit is what the class works on at the same time", (KNATIVE,),
         lambda it: it["spec"]["template"]["spec"]["containerConcurrency"] >= int(variables_of(container_of(it))["MODEL_WORKERS"]),
         set_at(["spec", "template", "spec", "containerConcurrency"], 0)),
    Rule("the timeout is the grace period, and 600 at most", (KNATIVE,),
         lambda it: int(variables_of(container_of(it))["GRACE_PERIOD_SECONDS"]) <= it["spec"]["template"]["spec"]["timeoutSeconds"] <= 600,
         set_at(["spec", "template", "spec", "timeoutSeconds"], 3600)),
    Rule("the annotations for the autoscaler are on the template", (KNATIVE,),
         lambda it: {f"{AUTOSCALING}/min-scale", "serving.knative.dev/progress-deadline"} <= set(annotations_of(it)) and "annotations" not in it["metadata"],
         delete_at(metadata_of, "annotations", f"{AUTOSCALING}/min-scale")),
    Rule("the name has room for that of a revision", (KNATIVE,), lambda it: len(it["metadata"]["name"]) <= 57, set_at(["metadata", "name"], "x" * 58)),
    Rule("KServe in Knative scales by concurrency", (KSERVE,),
         lambda it: it["spec"]["predictor"]["scaleMetric"] in ("concurrency", "rps") and it["spec"]["predictor"]["timeout"] <= 600,
         set_at(["spec", "predictor", "scaleMetric"], "cpu"), applies=is_knative),
)  # fmt: skip
