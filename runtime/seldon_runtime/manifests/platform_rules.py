"""What an image and its options must be like for platforms that allow less than Kubernetes itself.

Each function raises BadSetting. Its message says what to use instead.
"""

from __future__ import annotations

from ..errors import BadSetting
from .facts import Facts
from .options import Options

_RESERVED = frozenset({8008, 8012, 8013, 8022, 8112, 9090, 9091})  # of Knative's own proxy
_LONGEST_TIMEOUT = 600  # seconds, Knative's default for max-revision-timeout-seconds
_USUAL_TIMEOUT = 300  # seconds, Knative's default for a revision


def require_redis(facts: Facts, target: str, reason: str) -> None:
    """For a state that is kept. reason: the end of a sentence."""
    if facts.store and facts.store.folder:
        raise BadSetting(
            f"PERSISTENCE_URL: expected Redis with {target}, found file://{facts.store.folder}; "
            f"set -e PERSISTENCE_URL=redis://…, because {reason}"
        )


def require_short_name(options: Options, target: str, longest: int, what: str) -> None:
    """what: the longer name that is made of it."""
    if len(options.name) > longest:
        raise BadSetting(
            f"--name: expected {longest} characters at most with {target}, found {len(options.name)} in "
            f"{options.name!r}; choose a shorter one, because {what} has 63 at most"
        )


def knative_port(facts: Facts, target: str, otherwise: str) -> int:
    """The one port of a container in Knative. otherwise: where an image can have two."""
    if len(facts.apis) > 1:
        raise BadSetting(
            f"API_TYPE: expected REST or GRPC with {target}, found {','.join(facts.apis)}; "
            f"set -e API_TYPE=REST or -e API_TYPE=GRPC, because Knative serves one port, or use {otherwise}"
        )
    (port,) = facts.api_ports.values()
    if port in _RESERVED:
        raise BadSetting(
            f"PREDICTIVE_UNIT_SERVICE_PORT: expected a port that Knative leaves free with {target}, found {port}; "
            "set -e PREDICTIVE_UNIT_SERVICE_PORT=5000"
        )
    return port


def knative_timeout(facts: Facts, target: str) -> int:
    """Seconds that a request may take. They are also the grace period, as there is no other one."""
    if facts.grace_seconds > _LONGEST_TIMEOUT:
        raise BadSetting(
            f"GRACE_PERIOD_SECONDS: expected {_LONGEST_TIMEOUT} at most with {target}, found {facts.grace_seconds:g}; "
            f"set -e GRACE_PERIOD_SECONDS={_LONGEST_TIMEOUT}, which is the longest timeout there"
        )
    return min(_LONGEST_TIMEOUT, max(_USUAL_TIMEOUT, facts.pod_grace_seconds))
