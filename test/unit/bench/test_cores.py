"""The processor cores of the bench."""

from __future__ import annotations

import pytest

from bench import cores


@pytest.mark.parametrize(("there", "counts"), [(1, (1,)), (2, (1, 2)), (3, (1, 2, 3)), (4, (1, 2, 4)), (6, (1, 2, 4, 6)),
                                               (16, (1, 2, 4, 8, 16))])  # fmt: skip
def test_workers_are_doubled_up_to_the_number_of_cores(there, counts, monkeypatch):
    monkeypatch.setattr(cores, "_ALLOWED", list(range(there)))
    assert cores.counts() == counts
