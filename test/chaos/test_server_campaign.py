"""One round of each kind in each column; `make chaos-server` runs many."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from chaos.framing_inputs import framing_input
from chaos.json_inputs import http_input
from chaos.proto_inputs import proto_input
from chaos.server_campaign import ServerCampaign, table
from support.contract_servers import COLUMNS, Column

INPUTS = 100


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_round_of_each_kind_finds_nothing(column: Column, model_python_of: Callable[[str], str], tmp_path: Path) -> None:
    python = model_python_of(column.version) if column.version else None
    campaign = ServerCampaign(column, python, tmp_path, seed=5, inputs=INPUTS, slowest_probe=math.inf)
    with campaign.serving():
        for number in range(len(campaign.kinds)):
            campaign.run_one(number)
    assert campaign.violations == []
    assert campaign.counts["rounds"] == len(campaign.kinds)
    assert campaign.counts["inputs"] == INPUTS * 3 + INPUTS // 4 * 2
    assert campaign.counts["kills"] > 0 or column.mode == "inline"
    assert campaign.probes
    assert f"| {column} | " in table([campaign])


@pytest.mark.parametrize("make", [http_input, proto_input, framing_input])
def test_the_seed_repeats_an_input(make: Callable[[Random, str], object]) -> None:
    def inputs(seed: int) -> list[object]:
        return [make(Random(f"{seed}/{number}"), "id-0000-000000") for number in range(50)]

    assert inputs(1) == inputs(1)
    assert inputs(1) != inputs(2)
