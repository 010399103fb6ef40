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
CASES = {
    "kserve, REST and GRPC": Case("template", ("kserve",), {"API_TYPE": "REST,GRPC", **LONG}),
    "kserve on Knative, REST": Case("template", KNATIVE, {}),
    "kserve on Knative, GRPC": Case("template", KNATIVE, {"API_TYPE": "GRPC"}),
    "a serving runtime": Case("template", ("serving-runtime", "--storage-uri", "s3://models/my-model"), LONG),
    "knative, REST": Case("template", ("knative",), {}),
    "knative, GRPC": Case("template", ("knative",), {"API_TYPE": "GRPC"}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_printed_pod_serves_and_loses_no_request_when_it_is_deleted(case: Case, lives: Callable[[Case], list[Life]]) -> None:
    (life,) = lives(case)
    check(life)
    assert len(life.metrics) == 1
