"""A few rounds of the campaign; `make chaos` runs many."""

from __future__ import annotations

from pathlib import Path

from chaos.campaign import Campaign


def test_a_few_rounds_lose_nothing_acknowledged(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path, seed=5)
    try:
        campaign.run(8)
    finally:
        campaign.end()
    assert len(campaign.rounds) == 4  # this seed chooses each fault at least once
