"""Pods of KServe and of Knative, made from the objects that an image prints. Their platforms have no say in the Python."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.cluster.cases import Case
from support.cluster.life import LONG_DRAIN, Life, check

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)
LONG = {"DRAIN_SECONDS": LONG_DRAIN, "GRACE_PERIOD_SECONDS": 2 * LONG_DRAIN}
KNATIVE = ("kserve", "--mode", "Knative")
# each case, and whether a scrape reaches the pod: Knative has one port, and gRPC has no path for metrics
CASES = {
    "kserve, REST and GRPC": (Case("template", ("kserve",), {"API_TYPE": "REST,GRPC", **LONG}), True),
    "kserve on Knative, REST": (Case("template", KNATIVE, {}), True),
    "kserve on Knative, GRPC": (Case("template", KNATIVE, {"API_TYPE": "GRPC"}), False),
    "a serving runtime": (Case("template", ("serving-runtime", "--storage-uri", "s3://models/my-model"), LONG), True),
    "knative, REST": (Case("template", ("knative",), {}), True),
    "knative, GRPC": (Case("template", ("knative",), {"API_TYPE": "GRPC"}), False),
}


@pytest.mark.parametrize(("case", "is_scraped"), CASES.values(), ids=CASES)
def test_a_printed_pod_serves_and_loses_no_request_when_it_is_deleted(
    case: Case, is_scraped: bool, lives: Callable[[Case], list[Life]]
) -> None:
    (life,) = lives(case)
    check(life)
    assert len(life.metrics) == is_scraped
