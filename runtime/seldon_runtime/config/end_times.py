"""How long the end of the server may take, unless variables say it: what the place where it runs allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_USUAL_GRACE = 20.0  # seconds; Kubernetes kills a pod after 30
# Seldon Core's operator kills a pod after 20 s, and the first 10 of these are a preStop hook
_GRACE_IN_SELDON = 9.0
_USUAL_DRAIN = 5.0  # seconds until the proxies of a cluster know that a pod ends


def end_times(values: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, float]:
    """field of ServingSettings -> seconds. values: field -> value, None if it is not set. variables: all there are."""
    in_pod = "KUBERNETES_SERVICE_HOST" in variables
    grace, drain = values["grace_period"], values["drain"]
    if grace is None:
        grace = _GRACE_IN_SELDON if in_pod and values["deployment_id"] else _USUAL_GRACE
    if drain is None:
        # K_REVISION is Knative's, whose own proxy drains before it lets the container end
        drain = min(_USUAL_DRAIN, grace / 2) if in_pod and "K_REVISION" not in variables else 0.0
    return {"grace_period": grace, "drain": drain}
