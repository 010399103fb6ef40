"""What the controllers of a cluster make of an object: the templates of its pods."""

from __future__ import annotations

import copy
from collections.abc import Callable

from .fields import Fields, NotUnderstood, Template, fields, metadata_of
from .knative import of_revision
from .kserve import of_inference_service
from .seldon import of_seldon_deployment


def templates_of(thing: Fields) -> list[Template]:
    """The templates of an object's pods, one for each Deployment or revision that its controller makes."""
    kind = (thing["apiVersion"], thing["kind"])
    if kind not in _KINDS:
        raise NotUnderstood(f"kind: expected one of {', '.join(name for _, name in _KINDS)}, found {kind}")
    fields(thing, thing["kind"], "apiVersion", "kind", "metadata", "spec")
    fields(thing["metadata"], "metadata", "name", "namespace", "labels", "annotations")
    return _KINDS[kind](copy.deepcopy(thing))


def template_of(thing: Fields) -> Template:
    """Of an object that has one kind of pod."""
    (template,) = templates_of(thing)
    return template


def _of_deployment(thing: Fields) -> list[Template]:
    spec = fields(thing["spec"], "spec", "selector", "template", "replicas", "strategy", "progressDeadlineSeconds",
                  "minReadySeconds", "revisionHistoryLimit")
    template = fields(spec["template"], "spec.template", "metadata", "spec")
    selected = fields(spec["selector"], "spec.selector", "matchLabels")["matchLabels"].items()
    if not selected or not selected <= template["metadata"]["labels"].items():
        raise NotUnderstood(f"spec.selector: expected labels of the template, found {dict(selected)}")
    return [Template(metadata_of(thing, template["metadata"]), {"terminationGracePeriodSeconds": 30, **template["spec"]})]


def _of_knative_service(thing: Fields) -> list[Template]:
    fields(thing["spec"], "spec", "template", "traffic")
    template = fields(thing["spec"]["template"], "spec.template", "metadata", "spec")
    return [of_revision(thing, template.get("metadata", {}), template["spec"])]


_KINDS: dict[tuple[str, str], Callable[[Fields], list[Template]]] = {
    ("apps/v1", "Deployment"): _of_deployment,
    ("machinelearning.seldon.io/v1", "SeldonDeployment"): of_seldon_deployment,
    ("serving.kserve.io/v1beta1", "InferenceService"): of_inference_service,
    ("serving.knative.dev/v1", "Service"): _of_knative_service,
}
