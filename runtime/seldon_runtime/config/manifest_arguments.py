"""The command line of `manifest`. `seldon_runtime.manifests.options` checks what it says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

# (option, its argument or None for a switch, its meaning)
OPTIONS: tuple[tuple[str, str | None, str], ...] = (
    ("--image", "REF", "the image with its tag or, better, its digest"),
    ("--name", "NAME", "the name of the objects; default: the class's"),
    ("--namespace", "NAME", "the namespace; default: none, so that `kubectl -n` says it"),
    ("--replicas", "N", "how many pods; default: 2, or 1 with PERSISTENCE=1"),
    ("--hpa", "MIN:MAX", "a HorizontalPodAutoscaler, in place of a fixed number of replicas"),
    ("--keda", "MIN:MAX", "a ScaledObject of KEDA, in place of --hpa: it counts the requests without a response"),
    ("--prometheus", "URL", "the Prometheus that KEDA asks; default: http://prometheus-operated.monitoring:9090"),
    ("--pdb", None, "a PodDisruptionBudget"),
    ("--monitor", None, "a ServiceMonitor or PodMonitor of prometheus-operator"),
    ("--release", "NAME", "the label `release` of the monitor, which kube-prometheus-stack selects by"),
    ("--network-policy", None, "a NetworkPolicy"),
    ("--graph", "FILE", "seldon: the graph, in Seldon's JSON or YAML; -: from standard input"),
    ("--no-engine", None, "seldon: no executor in front of the one unit"),
    ("--mode", "MODE", "kserve and serving-runtime: Standard or Knative; default: Standard"),
    ("--scale", "MIN:MAX", "knative, and kserve in the mode Knative: the pods of Knative's autoscaler"),
    ("--cluster", None, "serving-runtime: a ClusterServingRuntime"),
    ("--storage-uri", "URI", "serving-runtime: also an InferenceService, with the model from there"),
)


def manifest_arguments(arguments: Sequence[str] | None, targets: Sequence[str], program: str) -> dict[str, Any]:
    """What follows `manifest`: the name of an option -> its text, True or False, or None if it is not given.

    Names have underscores. `target` is one of `targets`; the first one is the default.
    program: how the command was called.
    """
    parser = argparse.ArgumentParser(
        prog=program,
        description="Print the objects that run this image in a cluster, or with docker compose.",
        epilog=f"For example: {program} plain --image registry.example/my-model:1.2.0 --hpa 2:10 --pdb",
    )
    parser.add_argument("target", nargs="?", choices=targets, default=targets[0], help=f"one of {', '.join(targets)}",
                        metavar="TARGET")  # fmt: skip
    for option, argument, meaning in OPTIONS:
        if argument:
            parser.add_argument(option, metavar=argument, help=meaning)
        else:
            parser.add_argument(option, action="store_true", help=meaning)
    return vars(parser.parse_args(arguments))
