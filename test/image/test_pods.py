"""Pods that are made from the objects an image prints: they serve, are scraped, and end without the loss of a request."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.cluster.cases import Case
from support.cluster.life import LONG_DRAIN, Life, check

pytestmark = pytest.mark.docker
Lives = Callable[[Case], list[Life]]

# a dollar: in a pod's variables, $(NAME) is another variable, and $$ is one dollar
TOLD: dict[str, tuple[str, Any]] = {"first": ("INT", 3), "rate": ("FLOAT", 0.5), "note": ("STRING", "n: $(HOSTNAME) $$ \"on\" '"),
                                    "checks": ("BOOL", True)}
PARAMETERS = json.dumps([{"name": name, "type": kind, "value": str(value)} for name, (kind, value) in TOLD.items()])
ROUTER = {"PREDICTIVE_UNIT_PARAMETERS": PARAMETERS}
LONG = {"DRAIN_SECONDS": LONG_DRAIN, "GRACE_PERIOD_SECONDS": 2 * LONG_DRAIN}
CASES = {
    "plain, as it is": Case("template", ("plain",), {}),
    "plain, REST": Case("template", ("plain",), {"API_TYPE": "REST", **LONG}),
    "plain, GRPC": Case("template", ("plain",), {"API_TYPE": "GRPC", **LONG}),
    "plain, REST and GRPC": Case("template", ("plain",), {"API_TYPE": "REST,GRPC", **LONG}),
    "plain, a router with parameters": Case("counting", ("plain",), {**ROUTER, **LONG}, "route"),
    "seldon, REST": Case("template", ("seldon",), {"API_TYPE": "REST"}),
    "seldon, GRPC": Case("template", ("seldon",), {"API_TYPE": "GRPC"}),
    "seldon, a router with parameters": Case("counting", ("seldon",), ROUTER, "route"),
}
ON_A_VOLUME = Case("counting", ("plain",), {"PERSISTENCE": 1, "PERSISTENCE_URL": "file:///state", **LONG},
                   "route", times=2)  # fmt: skip
IN_REDIS = Case("counting", ("seldon",), {"PERSISTENCE": 1, "REDIS_SERVICE_HOST": "redis"},
                "route", times=2)  # fmt: skip
KEPT = {"a volume": ON_A_VOLUME, "Redis": IN_REDIS}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_printed_pod_serves_and_loses_no_request_when_it_is_deleted(case: Case, lives: Lives) -> None:
    (life,) = lives(case)
    check(life)
    assert len(life.metrics) == 1
    if case.method == "route":
        assert life.first["meta"]["tags"]["told"] == [value for _, value in TOLD.values()]


@pytest.mark.parametrize("case", KEPT.values(), ids=KEPT)
def test_a_printed_pod_leaves_its_state_to_the_next_one(case: Case, lives: Lives) -> None:
    one, other = lives(case)
    check(one)
    check(other)
    begun = [life.first["meta"]["tags"]["counts"][1] for life in (one, other)]
    assert begun == [1, len(one.responses) + sum(one.responses.values()) + 1]
