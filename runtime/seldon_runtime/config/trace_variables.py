"""The variables of tracing, with OpenTelemetry's names and meanings. `variables.VARIABLES` has the others.

Other programs of a container read OTEL_* too, for example the class's own SDK. So a value that OpenTelemetry knows and
this server does not is no error: `tracing.py` says so in a line of the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from .parsers import boolean, names, number
from .variables import Variable

_LONGEST_MS = 86_400_000
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_GENERAL, _SPECIFIC = "OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_OTLP_TRACES_"


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """`name=value` between commas, percent-encoded as in W3C's Baggage. A space may stand around each part."""
    found = [piece.strip().partition("=") for piece in text.split(",") if piece.strip()]
    if any(not name.strip() or not separator for name, separator, _ in found):
        raise ValueError
    return tuple((unquote(name.strip()), unquote(value.strip())) for name, _, value in found)


def ratio(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError
    return value


def lower_names(text: str) -> tuple[str, ...]:
    """Names between commas, in lower case."""
    return tuple(name.lower() for name in names(text))


_MS = number(int, 0, _LONGEST_MS)
_COUNT = number(int, 1, 2**31 - 1)

# fmt: off
TRACE_VARIABLES = (
    Variable("TRACING", "tracing", boolean, "0", "0 or 1", "1: record traces, as OTEL_EXPORTER_OTLP_ENDPOINT does"),
    Variable("OTEL_SDK_DISABLED", "otel_disabled", boolean, "false", "true or false", "true: no traces"),
    Variable("OTEL_TRACES_EXPORTER", "otel_exporter", lower_names, None, "otlp or none",
             "otlp: record traces; none: do not"),
    Variable(ENDPOINT, "otlp_endpoint", str, None, "a URL",
             "the collector, without v1/traces; default: http://localhost:4318"),
    Variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "otlp_traces_endpoint", str, None, "a URL",
             "the collector's URL for traces, as it is"),
    Variable("OTEL_EXPORTER_OTLP_PROTOCOL", "otlp_protocol", str, "http/protobuf", "http/protobuf",
             "how spans travel; gRPC is not offered"),
    Variable("OTEL_EXPORTER_OTLP_HEADERS", "otlp_headers", pairs, None, "name=value, between commas",
             "headers for the collector, for example a token", secret=True),
    Variable("OTEL_EXPORTER_OTLP_COMPRESSION", "otlp_compression", str, "none", "gzip or none",
             "gzip: compress what is sent"),
    Variable("OTEL_EXPORTER_OTLP_TIMEOUT", "otlp_timeout", _COUNT, "10000", "milliseconds",
             "how long one attempt to send may take"),
    Variable("OTEL_EXPORTER_OTLP_CERTIFICATE", "otlp_certificate", str, None, "a path",
             "the certificates to trust, in PEM; default: those of the system"),
    Variable("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "otlp_client_certificate", str, None, "a path",
             "the certificate of this client, in PEM"),
    Variable("OTEL_EXPORTER_OTLP_CLIENT_KEY", "otlp_client_key", str, None, "a path", "the key of that certificate"),
    Variable("OTEL_SERVICE_NAME", "otel_service_name", str, None, "text",
             "the service of the spans; default: PREDICTIVE_UNIT_ID, or the name of the class"),
    Variable("OTEL_RESOURCE_ATTRIBUTES", "otel_resource", pairs, None, "name=value, between commas",
             "more facts about this server, for each span"),
    Variable("OTEL_PROPAGATORS", "otel_propagators", lower_names, "jaeger,b3,tracecontext",
             "tracecontext, b3, b3multi, jaeger, none",
             "whose headers are read"),
    Variable("OTEL_TRACES_SAMPLER", "otel_sampler", str, "parentbased_always_on",
             "always_on, always_off, traceidratio, parentbased_…", "which ones"),
    Variable("OTEL_TRACES_SAMPLER_ARG", "otel_sampler_ratio", ratio, "1", "0 to 1",
             "the part of the requests, for traceidratio"),
    Variable("OTEL_BSP_SCHEDULE_DELAY", "otel_delay", _MS, "5000", "milliseconds", "how long spans wait for others"),
    Variable("OTEL_BSP_MAX_QUEUE_SIZE", "otel_queue_size", _COUNT, "2048", "1 or more",
             "spans that may wait; more are lost, and counted"),
    Variable("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "otel_batch_size", _COUNT, "512", "1 or more",
             "the most spans that are sent together"),
    Variable("OTEL_BSP_EXPORT_TIMEOUT", "otel_export_timeout", _MS, "30000", "milliseconds",
             "how long the attempts to send one batch may take together"),
)
# fmt: on


def with_specific(texts: Mapping[str, str]) -> dict[str, str]:
    """The variables, with the value of OTEL_EXPORTER_OTLP_TRACES_X as that of OTEL_EXPORTER_OTLP_X.

    The two endpoints differ in meaning, so both stay.
    """
    specific = {
        _GENERAL + name.removeprefix(_SPECIFIC): text
        for name, text in texts.items()
        if name.startswith(_SPECIFIC) and not name.endswith("_ENDPOINT") and text.strip()
    }
    return {**texts, **specific}
