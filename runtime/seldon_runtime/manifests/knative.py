"""Knative: a Service of serving.knative.dev/v1, in the form that its webhook takes with its default features."""

from __future__ import annotations

from typing import Any

from . import pod
from .facts import Facts
from .knative_parts import INSTEAD, bounds, container, metrics_port
from .options import Options, refuse
from .platform_rules import knative_port, knative_timeout, require_redis, require_short_name

_LONGEST_NAME = 57  # characters: a revision adds -00001
_UTILIZATION = "70"  # percent of the target, from which on another pod starts
_SCALE_DOWN_DELAY = "5m"  # a pod with a loaded class is not given away for a pause
_AUTOSCALING, _SCRAPING = "autoscaling.knative.dev", "prometheus.io"
_INSTEAD = {
    **INSTEAD,
    "cluster": "leave it out, or use the target serving-runtime",
    "storage_uri": "leave it out, or use the target serving-runtime",
}


def objects(facts: Facts, options: Options) -> list[dict[str, Any]]:
    """One object. Raises BadSetting for what Knative cannot have."""
    refuse(options, "knative", _INSTEAD)
    require_redis(facts, "knative", "its webhook takes no volume that a pod can write to and keep")
    require_short_name(options, "knative", _LONGEST_NAME, "the name of a revision")
    return [service(facts, options)]


def service(facts: Facts, options: Options) -> dict[str, Any]:
    """What a revision depends on stands in the template: each change of it is a new revision."""
    port = knative_port(facts, "knative", "the target plain")
    template = {
        "metadata": {"labels": pod.labels(facts, options), "annotations": _annotations(facts, options)},
        "spec": {
            "containerConcurrency": facts.concurrency,
            "timeoutSeconds": knative_timeout(facts, "knative"),
            "enableServiceLinks": False,
            "automountServiceAccountToken": False,
            "containers": [container(facts, options, port, options.name)],
            "volumes": pod.tmp_volumes(facts),
        },
    }
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": pod.metadata(facts, options),
        "spec": {"template": template},
    }


def _annotations(facts: Facts, options: Options) -> dict[str, str]:
    """The container works on `containerConcurrency` requests at most, and the autoscaler keeps it below that."""
    least, most = bounds(facts, options)
    return {
        f"{_AUTOSCALING}/class": f"kpa.{_AUTOSCALING}",
        f"{_AUTOSCALING}/metric": "concurrency",
        f"{_AUTOSCALING}/target": str(facts.concurrency),
        f"{_AUTOSCALING}/target-utilization-percentage": _UTILIZATION,
        f"{_AUTOSCALING}/min-scale": str(least),
        **({} if most is None else {f"{_AUTOSCALING}/max-scale": str(most)}),
        f"{_AUTOSCALING}/scale-down-delay": _SCALE_DOWN_DELAY,
        "serving.knative.dev/progress-deadline": f"{pod.progress_deadline(facts)}s",
        f"{_SCRAPING}/scrape": "true",
        f"{_SCRAPING}/path": pod.METRICS_PATH,
        f"{_SCRAPING}/port": metrics_port(facts),
    }
