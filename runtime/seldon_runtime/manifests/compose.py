"""docker compose: one service, in the form of the Compose Specification."""

from __future__ import annotations

from typing import Any

from . import pod, variables
from .facts import METRICS, Facts
from .options import Options, refuse
from .yaml_text import Hint

_SPARE_SECONDS = 5  # after the grace period: the state is saved, and what waits is sent
_PYTHON = "/opt/seldon/bin/python"  # the image has neither curl nor wget
_CHECKS = {
    "REST": "import urllib.request as r; r.urlopen('http://127.0.0.1:{port}/ready', timeout=3)",
    "GRPC": "import grpc, grpc_health.v1.health_pb2 as m, grpc_health.v1.health_pb2_grpc as g; "
    "c = grpc.insecure_channel('127.0.0.1:{port}'); "
    "raise SystemExit(g.HealthStub(c).Check(m.HealthCheckRequest(), timeout=3).status != 1)",
}
_INSTEAD = {
    "replicas": "leave it out, because one published port has one container; MODEL_WORKERS=n has more processes",
    "hpa": "use MODEL_WORKERS, or the target plain on a cluster",
    "keda": "use MODEL_WORKERS, or the target plain on a cluster",
    "pdb": "leave it out, because compose moves no container",
    "monitor": f"name 127.0.0.1 and the port for {METRICS} in Prometheus's own configuration",
    "network_policy": "leave it out, because each project has a network of its own",
    "namespace": "use `docker compose --project-name`",
    "scale": "use MODEL_WORKERS, or the target knative",
    "no_engine": "leave it out, because there is no executor",
    "cluster": "leave it out, or use the target serving-runtime",
    "storage_uri": "leave it out, or use the target serving-runtime",
    "graph": "use the target seldon, because only Seldon Core runs a graph",
}


def objects(facts: Facts, options: Options) -> list[dict[str, Any]]:
    """One document. Raises BadSetting for options that only a cluster has."""
    refuse(options, "compose", _INSTEAD)
    kept: dict[str, Any] = {pod.STATE: {}} if facts.store and facts.store.folder else {}
    volumes = {"volumes": kept} if kept else {}
    return [{"name": options.name, "services": {options.name: _service(facts, options)}, **volumes}]


def _service(facts: Facts, options: Options) -> dict[str, Any]:
    published = [*facts.api_ports.values(), facts.metrics_port]
    kept = [f"{pod.STATE}:{facts.store.folder}"] if facts.store and facts.store.folder else []
    return {
        "image": options.image,
        "user": f"{facts.user_id}:0",
        "read_only": True,
        "tmpfs": list(facts.writable),
        **({"volumes": kept} if kept else {}),
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "environment": _environment(facts, options),
        "ports": [f"127.0.0.1:{port}:{port}" for port in published],
        "healthcheck": _health_check(facts),
        "stop_grace_period": f"{facts.grace_seconds + _SPARE_SECONDS:g}s",
        "restart": "unless-stopped",
        "deploy": {"resources": _resources(facts)},
        "logging": {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}},
    }


def _environment(facts: Facts, options: Options) -> dict[str, str]:
    """Nothing has to learn that the container ends, so it does not drain. compose reads `$$` as `$`.

    There is a limit of the CPUs, from which the number of threads follows.
    """
    texts = {**variables.of_pod(facts, options), "DRAIN_SECONDS": "0"}
    if facts.threads is None:
        del texts["OMP_NUM_THREADS"]
    asked = {name: f"${{{name}:?set it}}" for name in facts.secrets}
    return {**{name: _escaped(text) for name, text in texts.items()}, **asked}


def _escaped(text: str) -> str:
    escaped = text.replace("$", "$$")
    return Hint(escaped, text.comment) if isinstance(text, Hint) else escaped


def _health_check(facts: Facts) -> dict[str, Any]:
    """Until the class is loaded it is asked often, and a failure does not count."""
    api, port = ("REST", facts.http_port) if facts.has_rest else ("GRPC", facts.grpc_port)
    return {
        "test": ["CMD", _PYTHON, "-I", "-c", _CHECKS[api].format(port=port)],
        "interval": "10s",
        "timeout": "5s",
        "retries": 3,
        "start_period": f"{pod.startup_seconds(facts)}s",
        "start_interval": "2s",
    }


def _resources(facts: Facts) -> dict[str, Any]:
    mib = pod.memory_mib(facts)
    limits = {"cpus": pod.cpu(facts), "memory": Hint(f"{2 * mib}M", "a hint: twice the reservation")}
    return {"limits": limits, "reservations": {"memory": Hint(f"{mib}M", pod.memory_comment(facts))}}
