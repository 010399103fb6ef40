"""What Knative makes of a revision: one container, whose only port is behind a proxy of Knative's own (queue-proxy)."""

from __future__ import annotations

from typing import Any

from .fields import Fields, NotUnderstood, Template, fields, metadata_of, one_of

_SPEC = ("serviceAccountName", "containers", "volumes", "imagePullSecrets", "enableServiceLinks", "automountServiceAccountToken",
         "containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds")
_PROXYS = ("containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds")
_RESERVED = ("PORT", "K_SERVICE", "K_CONFIGURATION", "K_REVISION")
_SECURITY = ("capabilities", "readOnlyRootFilesystem", "runAsUser", "runAsGroup", "runAsNonRoot", "allowPrivilegeEscalation",
             "seccompProfile", "privileged")
_VOLUMES = ("name", "secret", "configMap", "projected", "emptyDir")
DRAINED = "/wait-for-drain"  # of queue-proxy; its preStop hook responds once no request has come for some time


def of_revision(thing: Fields, kept: Fields, spec: Fields) -> Template:
    """thing: the object that it belongs to. kept: labels and annotations. spec: of a revision, with the defaults of Knative."""
    fields(spec, "a revision", *_SPEC)
    (container,) = spec["containers"]
    for volume in spec.get("volumes", ()):
        fields(volume, "a revision's volume", *_VOLUMES)
    fields(container.get("securityContext", {}), "a revision's securityContext", *_SECURITY)
    port = _port_of(container)
    container["env"] = [*_checked(container.get("env", [])), *_own(thing["metadata"]["name"], port)]
    for name in ("readinessProbe", "livenessProbe", "startupProbe"):
        if name in container:
            _give_port(container[name], port)
    container.setdefault("readinessProbe", {"tcpSocket": {"port": port}})
    if "lifecycle" in container:
        raise NotUnderstood("lifecycle: expected none with Knative; use timeoutSeconds")
    container["lifecycle"] = {"preStop": {"httpGet": {"port": 8022, "path": DRAINED}}}
    pod = {name: value for name, value in spec.items() if name not in _PROXYS}
    return Template(metadata_of(thing, kept), {**pod, "terminationGracePeriodSeconds": spec.get("timeoutSeconds", 300)})


def _port_of(container: Fields) -> int:
    ports = container.setdefault("ports", [{"containerPort": 8080}])
    (port,) = ports
    one_of(port.get("name", ""), "a revision's port", "", "http1", "h2c")
    return int(port["containerPort"])


def _checked(variables: list[Fields]) -> list[Fields]:
    for variable in variables:
        fields(variable, "a revision's env", "name", "value")
        if variable["name"] in _RESERVED:
            raise NotUnderstood(f"env: {variable['name']} is reserved by Knative")
    return variables


def _own(name: str, port: int) -> list[dict[str, Any]]:
    values = (str(port), name, name, f"{name}-00001")
    return [{"name": variable, "value": value} for variable, value in zip(_RESERVED, values, strict=True)]


def _give_port(probe: Fields, port: int) -> None:
    """A probe without a port asks the one that there is; another one is refused."""
    for handler in ("httpGet", "grpc", "tcpSocket"):
        if handler in probe:
            one_of(probe[handler].setdefault("port", port), f"the port of a revision's {handler}", port)
