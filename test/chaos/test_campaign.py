"""A few rounds of the campaign, of which `make chaos` runs many."""

from __future__ import annotations

from pathlib import Path

from campaign import Campaign


def test_nothing_acknowledged_is_lost_in_any_of_a_few_rounds(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path, seed=5)
    try:
        campaign.run(8)
    finally:
        campaign.end()
    assert len(campaign.rounds) == 4  # the seed has each fault
