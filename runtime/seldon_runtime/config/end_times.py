"""How long the end of the server may take, unless variables say it: what the place where it runs allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_USUAL_GRACE = 20.0  # seconds; Kubernetes kills a pod after 30
# Seldon Core's operator kills a pod after 20 s, and the first 10 of these are a preStop hook. Cloud Run kills after 10
_SHORT_GRACE = 9.0
_USUAL_DRAIN = 5.0  # seconds until the proxies of a cluster know that a pod ends


def end_times(values: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, float]:
    """field of ServingSettings -> seconds. values: field -> value, None if it is not set. variables: all there are."""
    in_pod, is_knative = "KUBERNETES_SERVICE_HOST" in variables, "K_REVISION" in variables
    grace, drain = values["grace_period"], values["drain"]
    if grace is None:
        is_short = values["deployment_id"] if in_pod else is_knative  # Cloud Run has Knative's variables, and no pods
        grace = _SHORT_GRACE if is_short else _USUAL_GRACE
    if drain is None:
        # Knative's own proxy drains before it lets the container end
        drain = min(_USUAL_DRAIN, grace / 2) if in_pod and not is_knative else 0.0
    return {"grace_period": grace, "drain": drain}
