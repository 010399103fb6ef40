"""seldon_runtime.config.end_times: what the place where a server runs allows, unless a variable says it."""

import pytest
from seldon_runtime.config.end_times import end_times

POD = {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}
KNATIVE = {**POD, "K_REVISION": "iris-00001"}
CLOUD_RUN = {"K_REVISION": "iris-00001"}


def times(variables, grace=None, drain=None, deployment=None):
    found = end_times({"grace_period": grace, "drain": drain, "deployment_id": deployment}, variables)
    return found["grace_period"], found["drain"]


@pytest.mark.parametrize(("variables", "deployment", "expected"), [
    ({}, None, (20, 0)), ({}, "shop", (20, 0)), (POD, None, (20, 5)), (POD, "shop", (9, 4.5)), (KNATIVE, None, (20, 0)),
    (CLOUD_RUN, None, (9, 0)),
])
def test_the_defaults_depend_on_the_place(variables, deployment, expected):
    assert times(variables, deployment=deployment) == expected


@pytest.mark.parametrize("variables", [{}, POD, KNATIVE])
def test_what_is_set_is_taken(variables):
    assert times(variables, grace=60, drain=30) == (60, 30)


def test_the_usual_drain_leaves_time_for_the_requests_in_flight():
    assert times(POD, grace=3) == (3, 1.5)
    assert times(POD, grace=0) == (0, 0)
