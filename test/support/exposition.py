"""Metrics as Prometheus reads them, and `record`: one of a response of the class."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families as read_text

OWN = {"model_name": "Iris"}
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def exposed(metrics):
    """{sample name: {its labels: value}}, as Prometheus would read them."""
    found: dict[str, dict[Any, float]] = {}
    for family in read_text(metrics.expose("")[0].decode()):
        for sample in family.samples:
            series = found.setdefault(sample.name, {})
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in series, f"{sample.name} twice"
            series[labels] = sample.value
    return found


def one(metrics, name, **labels):
    """The value of one series."""
    return exposed(metrics)[name][tuple(sorted({**OWN, **labels}.items()))]


def record(metrics, **metric):
    metrics.record_custom("predict", [metric])
