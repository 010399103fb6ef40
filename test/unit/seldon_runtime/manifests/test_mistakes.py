"""The mistakes that people make with such objects: the printed ones do not make them, and each check sees its mistake.

A row of MISTAKES is a mistake, a check that is true of right objects, and a function that makes the mistake.
"""

import contextlib
import re

import pytest
from support.manifests import BOTH, FACTS, GRPC, IMAGE, REST, of_kind, printed
from support.printed_objects import (
    apis_agree,
    container,
    container_ports,
    deployment,
    env,
    folders,
    has_grpc_only,
    in_order,
    is_graceful,
    is_scraped_once,
    keeps_state,
    keys_of,
    labels_of,
    matches,
    monitor,
    monitor_names_a_port,
    nobody_is_alone,
    one_writes,
    open_egress,
    parameters_are_texts,
    pod,
    policy,
    ports_agree,
    probes,
    scaler,
    service_ports,
    set_env,
    startup_budget,
    template_labels,
    values_of,
    volume,
    without_env,
)

# the objects for which each check must hold: facts and options
PRINTED = {
    **{name: (facts, ("--monitor", "--release", "kps", "--network-policy")) for name, facts in FACTS.items()},
    "bare": (REST, ()),
    "autoscaled": (BOTH, ("--hpa", "2:10", "--pdb", "--namespace", "shop")),
    "keda": (GRPC, ("--keda", "1:10", "--monitor", "--name", "a" * 63)),
}
_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")

MISTAKES = [
    # what the image knows
    ("a variable and a port with two numbers", ports_agree,
     lambda o: container(o)["ports"][0].update(containerPort=8080)),
    ("a port of an API that is not served", apis_agree, lambda o: set_env(o, "API_TYPE", "GRPC")),
    ("no port for metrics", lambda o: "metrics" in container_ports(o), lambda o: container(o)["ports"].pop()),
    ("the pod's grace period is shorter than the server's", is_graceful,
     lambda o: pod(o).update(terminationGracePeriodSeconds=20)),
    ("a parameter is a number", parameters_are_texts,
     lambda o: container(o)["env"].append({"name": "PREDICTIVE_UNIT_PARAMETERS", "value": '[{"name":"n","type":"INT","value":3}]'})),
    ("the metrics do not know the image", lambda o: env(o)["PREDICTIVE_UNIT_IMAGE"] == container(o)["image"],
     lambda o: set_env(o, "PREDICTIVE_UNIT_IMAGE", "my-model")),
    ("an image without a tag", lambda o: container(o)["image"] == IMAGE, lambda o: container(o).update(image="my-model")),
    ("each thread of the node, without a limit of the CPUs", lambda o: env(o).get("OMP_NUM_THREADS"),
     lambda o: without_env(o, "OMP_NUM_THREADS")),
    ("several writers of one state", one_writes,
     lambda o: (container(o)["env"].append({"name": "PERSISTENCE", "value": "1"}), deployment(o).update(replicas=2))),
    ("one replica, with no state to keep", nobody_is_alone,
     lambda o: deployment(o).update(replicas=1)),
    ("two deployments share one state", lambda o: not keeps_state(o) or env(o).get("SELDON_DEPLOYMENT_ID") == container(o)["name"],
     lambda o: (container(o)["env"].append({"name": "PERSISTENCE", "value": "1"}), without_env(o, "SELDON_DEPLOYMENT_ID"))),
    ("a name that no Service can have", lambda o: all(_NAME.fullmatch(each["metadata"]["name"]) for each in o),
     lambda o: of_kind(o, "Service")["metadata"].update(name="2-iris")),
    ("the name of a port in capitals, or too long", lambda o: all(re.fullmatch("[a-z-]{1,15}", name) for name in container_ports(o)),
     lambda o: container(o)["ports"][0].update(name="http-and-much-more")),
    ("a label that is none", lambda o: all(_LABEL.fullmatch(value) for labels in labels_of(o) for value in labels.values()),
     lambda o: template_labels(o).update({"app.kubernetes.io/version": "1.2.0-"})),
    ("no label of the version", lambda o: template_labels(o)["app.kubernetes.io/version"] == "1.2.0",
     lambda o: template_labels(o).update({"app.kubernetes.io/version": ""})),
    ("a selector with the version, which nobody can change later",
     lambda o: {*deployment(o)["selector"]["matchLabels"]} == {"app.kubernetes.io/name", "app.kubernetes.io/instance"},
     lambda o: deployment(o)["selector"]["matchLabels"].update({"app.kubernetes.io/version": "1.2.0"})),
    # the "restricted" standard
    ("root", lambda o: pod(o)["securityContext"].get("runAsNonRoot") and "runAsUser" not in keys_of(o),
     lambda o: pod(o)["securityContext"].pop("runAsNonRoot")),
    ("the name of a user", lambda o: "runAsUser" not in keys_of(o), lambda o: pod(o)["securityContext"].update(runAsUser="seldon")),
    ("no seccomp profile", lambda o: pod(o)["securityContext"].get("seccompProfile") == {"type": "RuntimeDefault"},
     lambda o: pod(o)["securityContext"].pop("seccompProfile")),
    ("more rights than before", lambda o: container(o)["securityContext"].get("allowPrivilegeEscalation") is False,
     lambda o: container(o)["securityContext"].pop("allowPrivilegeEscalation")),
    ("capabilities", lambda o: container(o)["securityContext"].get("capabilities") == {"drop": ["ALL"]},
     lambda o: container(o)["securityContext"].update(capabilities={"drop": ["NET_RAW"]})),
    ("the host's namespaces, ports or paths", lambda o: not keys_of(o) & {
        "hostNetwork", "hostPID", "hostIPC", "hostPort", "hostPath", "privileged", "host"},
     lambda o: container(o)["readinessProbe"].update(tcpSocket={"port": 1, "host": "10.0.0.1"})),
    ("a kind of volume that is not allowed", lambda o: all(
        {*each} <= {"name", "emptyDir", "downwardAPI", "persistentVolumeClaim"} for each in pod(o)["volumes"]),
     lambda o: pod(o)["volumes"].append({"name": "x", "nfs": {}})),
    ("a root that can be written", lambda o: container(o)["securityContext"].get("readOnlyRootFilesystem") is True,
     lambda o: container(o)["securityContext"].pop("readOnlyRootFilesystem")),
    ("no /tmp beside a read-only root", lambda o: "emptyDir" in folders(o).get("/tmp", {}),
     lambda o: container(o)["volumeMounts"].pop(0)),
    # the Deployment
    ("a selector that fits no pod", lambda o: matches(deployment(o)["selector"]["matchLabels"], template_labels(o)),
     lambda o: template_labels(o).update({"app.kubernetes.io/instance": "other"})),
    ("an outage with each rollout", lambda o: deployment(o)["strategy"] == {
        "type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}} or volume(o, "state"),
     lambda o: deployment(o).update(strategy={"type": "Recreate"})),
    ("two pods on one volume", lambda o: deployment(o)["strategy"]["type"] == "Recreate" or not volume(o, "state"),
     lambda o: (deployment(o).update(strategy={"type": "RollingUpdate"}), pod(o)["volumes"].append({"name": "state"}))),
    ("a rollout that fails while the class loads",
     lambda o: deployment(o)["progressDeadlineSeconds"] > startup_budget(o),
     lambda o: deployment(o).update(progressDeadlineSeconds=300)),
    ("an annotation that is no text", lambda o: all(type(value) is str for value in (
        deployment(o)["template"]["metadata"].get("annotations", {}).values())),
     lambda o: deployment(o)["template"]["metadata"].update(annotations={"prometheus.io/scrape": True})),
    ("a token that nobody needs", lambda o: pod(o).get("automountServiceAccountToken") is False
     and of_kind(o, "ServiceAccount").get("automountServiceAccountToken") is False,
     lambda o: of_kind(o, "ServiceAccount").pop("automountServiceAccountToken")),
    ("the default service account", lambda o: pod(o).get("serviceAccountName") == of_kind(o, "ServiceAccount")["metadata"]["name"],
     lambda o: pod(o).pop("serviceAccountName")),
    ("a Service called redis sets our variables", lambda o: pod(o).get("enableServiceLinks") is False,
     lambda o: pod(o).pop("enableServiceLinks")),
    ("a state without a store", lambda o: not keeps_state(o) or {"PERSISTENCE_URL", "REDIS_SERVICE_HOST"} & {*env(o)},
     lambda o: (container(o)["env"].append({"name": "PERSISTENCE", "value": "1"}), without_env(o, "REDIS_SERVICE_HOST"),
                without_env(o, "PERSISTENCE_URL"))),
    ("no time to load", lambda o: startup_budget(o) >= 300, lambda o: container(o)["startupProbe"].update(failureThreshold=3)),
    ("no startup probe", lambda o: "startupProbe" in container(o), lambda o: container(o).pop("startupProbe")),
    ("one probe for readiness and liveness",
     lambda o: all(container(o)["livenessProbe"].get(kind) != container(o)["readinessProbe"].get(kind) or kind not in
                   container(o)["readinessProbe"] for kind in ("httpGet", "grpc", "tcpSocket")),
     lambda o: container(o).update(livenessProbe=container(o)["readinessProbe"])),
    ("the class decides whether the server lives", lambda o: container(o)["livenessProbe"].get("httpGet", {}).get("path", "/live") == "/live"
     and "grpc" not in container(o)["livenessProbe"],
     lambda o: container(o)["livenessProbe"].update(httpGet={"path": "/ready"}, grpc={"port": 1})),
    ("readiness calls the class", lambda o: container(o)["readinessProbe"].get("httpGet", {}).get("path", "/ready") == "/ready",
     lambda o: container(o)["readinessProbe"].update(httpGet={"path": "/health/status"})),
    ("a liveness probe that is impatient", lambda o: container(o)["livenessProbe"].get("timeoutSeconds", 1) >= 5
     and container(o)["livenessProbe"]["failureThreshold"] >= 6, lambda o: container(o)["livenessProbe"].pop("timeoutSeconds")),
    ("a probe of a port that is not there", lambda o: all(
        probe[kind]["port"] in (*container_ports(o), *container_ports(o).values())
        for probe in probes(o) for kind in ("httpGet", "tcpSocket", "grpc") if kind in probe),
     lambda o: container(o)["readinessProbe"].update(httpGet={"path": "/ready", "port": 8080})),
    ("HTTP probes of gRPC", lambda o: not has_grpc_only(o) or all("httpGet" not in probe for probe in probes(o)),
     lambda o: container(o)["ports"].pop(0)),
    ("a name for the port of a gRPC probe", lambda o: all(type(probe["grpc"]["port"]) is int for probe in probes(o) if "grpc" in probe),
     lambda o: container(o)["startupProbe"].update(grpc={"port": "grpc"})),
    ("a preStop beside our own drain", lambda o: "lifecycle" not in container(o),
     lambda o: container(o).update(lifecycle={"preStop": {"sleep": {"seconds": 10}}})),
    ("a group for no volume, or none for one", lambda o: ("fsGroup" in pod(o)["securityContext"]) == bool(volume(o, "state")),
     lambda o: pod(o)["securityContext"].update(fsGroup=1001)),
    ("each start changes all files of a volume", lambda o: "fsGroup" not in pod(o)["securityContext"]
     or pod(o)["securityContext"].get("fsGroupChangePolicy") == "OnRootMismatch",
     lambda o: pod(o).update(securityContext={"fsGroup": 1001})),
    ("annotations that the server cannot read", lambda o: folders(o).get("/etc/podinfo", {}).get("downwardAPI", {}).get("items") == [
        {"path": "annotations", "fieldRef": {"fieldPath": "metadata.annotations"}}],
     lambda o: volume(o, "podinfo")["downwardAPI"]["items"][0].update(path="labels")),
    ("a /tmp that fills the node", lambda o: "sizeLimit" in volume(o, "tmp")["emptyDir"], lambda o: volume(o, "tmp")["emptyDir"].clear()),
    ("all pods on one node", lambda o: [
        (each["topologyKey"], each["whenUnsatisfiable"]) for each in pod(o).get("topologySpreadConstraints", ())
        if matches(each["labelSelector"]["matchLabels"], template_labels(o))] == [("kubernetes.io/hostname", "ScheduleAnyway")],
     lambda o: pod(o).pop("topologySpreadConstraints")),
    ("no CPU to scale on", lambda o: all("cpu" in each["resources"].get("requests", {}) for each in pod(o)["containers"]),
     lambda o: container(o)["resources"].pop("requests")),
    ("a limit of the CPUs that nobody wished for", lambda o: {*container(o)["resources"]["limits"]} == {"memory"},
     lambda o: container(o)["resources"]["limits"].update(cpu="1")),
    # the Service
    ("a Service without pods", lambda o: matches(of_kind(o, "Service")["spec"]["selector"], template_labels(o)),
     lambda o: of_kind(o, "Service")["spec"].update(selector={"app": "iris"})),
    ("a port of the Service that leads nowhere", lambda o: {
        port["targetPort"] for port in service_ports(o).values()} == {*container_ports(o)},
     lambda o: of_kind(o, "Service")["spec"]["ports"][0].update(targetPort=8080)),
    ("a mesh takes gRPC for HTTP/1", lambda o: service_ports(o).get("grpc", {}).get("appProtocol", "kubernetes.io/h2c") == "kubernetes.io/h2c"
     and "appProtocol" in service_ports(o).get("grpc", {"appProtocol": ""}) and "grpc-web" not in service_ports(o),
     lambda o: of_kind(o, "Service")["spec"]["ports"].append({"name": "grpc", "port": 1, "targetPort": "grpc"})),
    # scaling
    ("each apply sets the replicas back", lambda o: not (scaler(o) and "replicas" in deployment(o)),
     lambda o: (o.append({"kind": "ScaledObject"}), deployment(o).update(replicas=2))),
    ("an HPA and KEDA on one target", lambda o: not (of_kind(o, "HorizontalPodAutoscaler") and of_kind(o, "ScaledObject")),
     lambda o: o.extend([{"kind": "HorizontalPodAutoscaler"}, {"kind": "ScaledObject"}])),
    ("an autoscaler of nothing", lambda o: not scaler(o) or scaler(o)["spec"]["scaleTargetRef"] == {
        "apiVersion": "apps/v1", "kind": "Deployment", "name": of_kind(o, "Deployment")["metadata"]["name"]},
     lambda o: o.insert(0, {"kind": "HorizontalPodAutoscaler", "spec": {"scaleTargetRef": {"name": "iris"}}})),
    ("a budget that blocks each drain", lambda o: {*of_kind(o, "PodDisruptionBudget").get("spec", {"maxUnavailable": 1})} & {
        "maxUnavailable", "minAvailable"} == {"maxUnavailable"},
     lambda o: o.append({"kind": "PodDisruptionBudget", "spec": {"minAvailable": 1, "maxUnavailable": 1}})),
    ("a budget for all pods of the namespace", lambda o: not of_kind(o, "PodDisruptionBudget") or matches(
        of_kind(o, "PodDisruptionBudget")["spec"]["selector"].get("matchLabels"), template_labels(o)),
     lambda o: o.insert(0, {"kind": "PodDisruptionBudget", "spec": {"selector": {}}})),
    ("pods that crash and are protected", lambda o: of_kind(o, "PodDisruptionBudget").get(
        "spec", {"unhealthyPodEvictionPolicy": "AlwaysAllow"}).get("unhealthyPodEvictionPolicy") == "AlwaysAllow",
     lambda o: o.insert(0, {"kind": "PodDisruptionBudget", "spec": {}})),
    # the network
    ("a policy of implicit types", lambda o: not policy(o) or policy(o)["policyTypes"] == ["Ingress", "Egress"],
     lambda o: o.insert(0, {"kind": "NetworkPolicy", "spec": {"policyTypes": []}})),
    ("a policy that hides a port", lambda o: not policy(o) or {
        port["port"] for rule in policy(o)["ingress"] for port in rule["ports"]} == {*container_ports(o)},
     lambda o: o.insert(0, {"kind": "NetworkPolicy", "spec": {"ingress": [{"ports": [{"port": "http"}]}]}})),
    ("a policy without DNS", lambda o: not policy(o) or open_egress(o) >= {(53, "UDP"), (53, "TCP")},
     lambda o: o.insert(0, {"kind": "NetworkPolicy", "spec": {"egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]}})),
    ("a monitor of a number", monitor_names_a_port,
     lambda o: o.insert(0, {"kind": "ServiceMonitor", "spec": {"endpoints": [{"port": 6000}]}})),
    ("a monitor of another Service", lambda o: not monitor(o) or matches(
        monitor(o)["selector"]["matchLabels"], of_kind(o, "Service")["metadata"]["labels"]),
     lambda o: of_kind(o, "Service")["metadata"].update(labels={"app": "iris"}) or o.insert(
         0, {"kind": "ServiceMonitor", "spec": {"selector": {"matchLabels": {"app": "x"}}}})),
    ("our labels in place of Prometheus's", lambda o: all(each.get("honorLabels") is False for each in monitor(o).get("endpoints", [])),
     lambda o: o.insert(0, {"kind": "ServiceMonitor", "spec": {"endpoints": [{"honorLabels": True}]}})),
    ("scraped twice, or never", is_scraped_once,
     lambda o: deployment(o)["template"]["metadata"].update(
         annotations={} if not monitor(o) else {"prometheus.io/scrape": "true"})),
    # the form
    ("a status", lambda o: "status" not in keys_of(o), lambda o: o[0].update(status={})),
    ("a null", lambda o: None not in [*values_of(o)], lambda o: o[0]["metadata"].update(creationTimestamp=None)),
    ("another order", in_order, lambda o: o.reverse()),
]  # fmt: skip


@pytest.mark.parametrize("variant", PRINTED)
def test_the_printed_objects_make_none_of_the_mistakes(variant):
    facts, options = PRINTED[variant]
    objects = printed(facts, "plain", *options)
    assert [mistake for mistake, check, _ in MISTAKES if not check(objects)] == []


@pytest.mark.parametrize(("check", "spoil"), [pytest.param(*row[1:], id=row[0]) for row in MISTAKES])
@pytest.mark.parametrize("variant", ["rest", "bare"])
def test_a_check_sees_its_mistake(check, spoil, variant):
    facts, options = PRINTED[variant]
    objects = printed(facts, "plain", *options)
    spoil(objects)
    with contextlib.suppress(KeyError):  # of what the mistake left out
        assert not check(objects)
