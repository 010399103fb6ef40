"""Whether the variables of tracing ask for it, and what they say that this server does not offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from .settings import TracingSettings
from .trace_variables import ENDPOINT

_DEFAULT_ENDPOINT = "http://localhost:4318"
_PATH = "v1/traces"
_PROTOCOL = "http/protobuf"
_SHORTEST_TIMEOUT = 1.0  # seconds; the SDK for Python reads seconds here, so 10 would else be 10 ms
_PARENT_BASED = "parentbased_"
_RATIOS = {"always_on": 1.0, "always_off": 0.0}
_RATIO = "traceidratio"
PROPAGATORS = ("tracecontext", "b3", "b3multi", "jaeger", "baggage", "none")
# variables of Seldon Core 1.x. Their protocol is gone, so all that they can mean is that traces are wanted.
_OF_JAEGER = ("JAEGER_AGENT_HOST", "JAEGER_ENDPOINT")


def tracing_settings(values: Mapping[str, Any], texts: Mapping[str, str]) -> TracingSettings:
    """values: field -> value of TRACE_VARIABLES. texts: all variables."""
    jaeger = next((name for name in _OF_JAEGER if texts.get(name, "").strip()), None)
    refusals = [*_refusals(values)] if _is_wanted(values, jaeger) else []
    remarks = [f"{refusal}. There are no traces" for refusal in refusals]
    is_enabled = _is_wanted(values, jaeger) and not refusals
    if is_enabled:
        remarks += _remarks(values, jaeger)
    return _settings(values, is_enabled, tuple(remarks))


def _settings(values: Mapping[str, Any], enabled: bool, remarks: tuple[str, ...]) -> TracingSettings:
    sampler = values["otel_sampler"].lower()
    return TracingSettings(
        enabled=enabled,
        remarks=remarks,
        endpoint=_endpoint(values),
        headers=values["otlp_headers"] or (),
        compresses=values["otlp_compression"].lower() == "gzip",
        timeout=max(values["otlp_timeout"] / 1000, _SHORTEST_TIMEOUT),
        **{name: values[f"otlp_{name}"] for name in ("certificate", "client_certificate", "client_key")},
        service_name=values["otel_service_name"],
        resource=values["otel_resource"] or (),
        propagators=tuple(name for name in values["otel_propagators"] if name in PROPAGATORS),
        follows_parent=sampler.startswith(_PARENT_BASED),
        ratio=_RATIOS.get(sampler.removeprefix(_PARENT_BASED), values["otel_sampler_ratio"]),
        delay=values["otel_delay"] / 1000,
        queue_size=values["otel_queue_size"],
        batch_size=min(values["otel_batch_size"], values["otel_queue_size"]),
        export_timeout=values["otel_export_timeout"] / 1000,
    )


def _is_wanted(values: Mapping[str, Any], jaeger: str | None) -> bool:
    exporters = values["otel_exporter"]
    if values["otel_disabled"] or exporters == ("none",):
        return False
    asked = (values["tracing"], values["otlp_endpoint"], values["otlp_traces_endpoint"], exporters, jaeger)
    return any(asked)


def _endpoint(values: Mapping[str, Any]) -> str:
    if values["otlp_traces_endpoint"]:
        return str(values["otlp_traces_endpoint"])
    return f"{(values['otlp_endpoint'] or _DEFAULT_ENDPOINT).rstrip('/')}/{_PATH}"


def _refusals(values: Mapping[str, Any]) -> Iterator[str]:
    """A line for each value without which nothing can be sent or decided."""
    exporters = values["otel_exporter"]
    if exporters and "otlp" not in exporters:
        yield f"OTEL_TRACES_EXPORTER: expected otlp or none, found '{','.join(exporters)}'; set it to otlp"
    if values["otlp_protocol"].lower() != _PROTOCOL:
        yield (
            f"OTEL_EXPORTER_OTLP_PROTOCOL: expected {_PROTOCOL}, found '{values['otlp_protocol']}'; set "
            f"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL={_PROTOCOL}, and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT to the "
            f"collector's URL for it, usually http://HOST:4318/{_PATH}"
        )
    elif not _is_url(_endpoint(values)):
        name = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" if values["otlp_traces_endpoint"] else ENDPOINT
        found = values["otlp_traces_endpoint"] or values["otlp_endpoint"]
        yield f"{name}: expected a URL of http or https, found '{found}'; write it as http://collector:4318"
    if (sampler := values["otel_sampler"].lower().removeprefix(_PARENT_BASED)) not in (*_RATIOS, _RATIO):
        known = ", ".join((*_RATIOS, _RATIO))
        yield f"OTEL_TRACES_SAMPLER: expected {known}, each also with {_PARENT_BASED}, found '{sampler}'; choose one"


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _remarks(values: Mapping[str, Any], jaeger: str | None) -> Iterator[str]:
    """A line for each value that has no effect, or not the one that its name promises."""
    if jaeger and not (values["otlp_endpoint"] or values["otlp_traces_endpoint"]):
        yield f"{jaeger}: spans are sent over OTLP to {_DEFAULT_ENDPOINT}; set {ENDPOINT} to the collector's URL"
    if unknown := [name for name in values["otel_propagators"] if name not in PROPAGATORS]:
        known = ", ".join(PROPAGATORS)
        yield f"OTEL_PROPAGATORS: expected some of {known}, found '{','.join(unknown)}'; it is left out"
    if (compression := values["otlp_compression"]).lower() not in ("gzip", "none"):
        yield f"OTEL_EXPORTER_OTLP_COMPRESSION: expected gzip or none, found '{compression}'; nothing is compressed"
