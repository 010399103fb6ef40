"""Pods in containers of Docker: made from a template, probed, and ended as a kubelet does it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import docker
from docker.models.containers import Container as Engine

from .container_options import CONTAINER, POD, PROBES, command_of, environment_of, resources_of, security_of
from .fields import Fields, NotUnderstood, Template, fields
from .knative import DRAINED
from .probes import Probe, Watch
from .volumes import Claims, check_volumes, mounts_of


class Pod:
    """One pod. Its containers share one network, so all of them have its address.

    ready: set while each container is. kills: why a kubelet would have restarted a container, which must not happen.
    """

    def __init__(self, engine: docker.DockerClient, template: Template, claims: Claims, scratch: Path, hosts: Fields | None = None):
        """claims: of its namespace. scratch: a folder of its own. hosts: name -> address, what the cluster's DNS knows."""
        fields(template.spec, "the pod", *POD)
        check_volumes(template.spec)
        self.template = template
        self.grace = template.spec["terminationGracePeriodSeconds"]
        self._engine, self._claims, self._scratch, self._hosts = engine, claims, scratch, hosts or {}
        self.containers: list[PodContainer] = []

    def start(self) -> Self:
        for container in self.template.spec["containers"]:
            first = self.containers[0].engine.id if self.containers else None
            shared = {"network_mode": f"container:{first}"} if first else {"extra_hosts": self._hosts}
            self.containers.append(PodContainer(self._run(container, shared), container))
        for one in self.containers:
            one.watch(self.address)
        return self

    def _run(self, container: Fields, shared: dict[str, Any]) -> Engine:
        fields(container, container["name"], *CONTAINER)
        variables = environment_of(container, self.template)
        image_user = self._engine.images.get(container["image"]).attrs["Config"]["User"]
        options = {
            **security_of(container, self.template.spec, image_user), **resources_of(container, self._engine.info()["NCPU"]),
            **mounts_of(container, self.template, self._claims, self._scratch), **command_of(container, variables), **shared,
        }  # fmt: skip
        return self._engine.containers.run(container["image"], detach=True, environment=variables, **options)

    @property
    def address(self) -> str:
        first = self.containers[0].engine
        first.reload()
        return str(next(iter(first.attrs["NetworkSettings"]["Networks"].values()))["IPAddress"])

    @property
    def has_hook(self) -> bool:
        """Whether a container has a preStop hook: its own, the operator's, or that of Knative's proxy."""
        return any("lifecycle" in one for one in self.template.spec["containers"])

    @property
    def drain(self) -> float:
        """Seconds for which the server drains, as the objects say it."""
        (container, *_) = self.template.spec["containers"]
        return float(environment_of(container, self.template).get("DRAIN_SECONDS", 0))

    @property
    def is_ready(self) -> bool:
        return all(one.ready.is_set() for one in self.containers)

    @property
    def kills(self) -> list[str]:
        return [kill for one in self.containers for kill in one.kills]

    @property
    def log(self) -> str:
        return "".join(one.engine.logs().decode() for one in self.containers)

    def readiness_succeeds(self) -> bool:
        """Probe the readiness of all containers now."""
        return all(one.probes["readinessProbe"].succeeds() for one in self.containers)

    def stop(self, drained: Callable[[], object]) -> list[int]:
        """Delete the pod: preStop, SIGTERM, and SIGKILL after its grace period. The exit codes of its containers.

        drained: returns once a proxy in front of the pod, if there is one, sends it no more requests.
        """
        deadline = time.monotonic() + self.grace
        with ThreadPoolExecutor(len(self.containers)) as threads:
            return list(threads.map(lambda one: one.end(deadline, drained), self.containers))

    def terminate(self) -> None:
        """A second SIGTERM."""
        for one in self.containers:
            one.engine.kill("SIGTERM")

    def remove(self) -> None:
        for one in reversed(self.containers):
            one.remove()


class PodContainer:
    """One container of a pod, with its probes."""

    def __init__(self, engine: Engine, container: Fields) -> None:
        self.engine = engine
        self.ports = {port["name"]: port["containerPort"] for port in container.get("ports", ()) if port.get("name")}
        self.ready = threading.Event()
        self.kills: list[str] = []
        self.probes: dict[str, Probe] = {}
        self._container, self._started = container, threading.Event()
        self._watches: dict[str, Watch] = {}

    def watch(self, address: str) -> None:
        """Begin to run the probes. address: of the pod."""
        if "readinessProbe" not in self._container:
            raise NotUnderstood("readinessProbe: expected one, found none; without it a pod is ready while the class loads")
        tell = {"startupProbe": self._tell_startup, "readinessProbe": self._tell_readiness, "livenessProbe": self._tell_liveness}
        for name in PROBES:
            if name in self._container:
                self.probes[name] = Probe(self._container[name], address, self.ports, self._succeeds)
                begins = threading.Event() if name == "startupProbe" else self._started
                self._watches[name] = Watch(self.probes[name], begins, tell[name])
                if name == "startupProbe":
                    begins.set()
        if "startupProbe" not in self.probes:
            self._started.set()
        for watch in self._watches.values():
            watch.start()

    def _tell_startup(self, success: bool) -> None:
        self._watches["startupProbe"].stop()
        if not success:
            self.kills.append("startupProbe")
        self._started.set()

    def _tell_readiness(self, success: bool) -> None:
        (self.ready.set if success else self.ready.clear)()

    def _tell_liveness(self, success: bool) -> None:
        if not success:
            self.kills.append("livenessProbe")

    def _succeeds(self, command: list[str]) -> bool:
        return bool(self.engine.exec_run(command)[0] == 0)

    def execute(self, *command: str) -> str:
        """Output of a program run beside the server."""
        code, output = self.engine.exec_run(list(command))
        assert code == 0, output
        assert isinstance(output, bytes)
        return output.decode()

    def end(self, deadline: float, drained: Callable[[], object]) -> int:
        """deadline: of time.monotonic. The exit code; 137 if it had to be killed."""
        for name in ("startupProbe", "livenessProbe"):
            if name in self._watches:
                self._watches[name].stop()
        hook = fields(self._container.get("lifecycle", {}), "lifecycle", "preStop").get("preStop", {})
        if hook:
            self._run_hook(hook, drained)
        self.engine.stop(timeout=max(2, int(deadline - time.monotonic())))
        return int(self.engine.wait()["StatusCode"])

    def _run_hook(self, hook: Fields, drained: Callable[[], object]) -> None:
        fields(hook, "preStop", "exec", "sleep", "httpGet")
        if "exec" in hook:
            self.execute(*hook["exec"]["command"])
        elif "sleep" in hook:
            time.sleep(hook["sleep"]["seconds"])
        elif hook["httpGet"]["path"] == DRAINED:
            drained()
        else:
            raise NotUnderstood(f"preStop: expected exec, sleep or Knative's own, found {hook}")

    def remove(self) -> None:
        for watch in self._watches.values():
            watch.stop()
        self.engine.remove(force=True, v=True)
