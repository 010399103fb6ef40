"""The command line."""

from __future__ import annotations

import pytest

from bench.__main__ import read_options


@pytest.mark.parametrize(("arguments", "groups"), [
    ([], ["rest", "grpc", "costs", "start"]),
    (["grpc"], ["grpc"]),
    (["--rounds", "2", "rest", "start"], ["rest", "start"]),
])
def test_everything_is_measured_unless_groups_are_named(arguments, groups):
    assert read_options(arguments).groups == groups
