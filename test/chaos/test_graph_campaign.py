"""A few kills and a frozen unit; `make chaos-graph` has many. And what the campaign would find."""

from __future__ import annotations

from pathlib import Path

import pytest
from chaos.graph_campaign import GraphCampaign, Trouble, kinds_of, table
from chaos.graph_load import Ask, Outcome, error_outcome, wrong_answer

ASK = Ask("s-1", 1)


def test_kills_and_a_hang_fail_only_requests_of_their_units(tmp_path: Path) -> None:
    campaign = GraphCampaign(tmp_path, seed=3)
    with campaign.serving():
        campaign.run(["kill", "two kills", "freeze"])
    assert campaign.violations == []
    assert [trouble.kind for trouble in campaign.troubles] == ["kill", "two kills", "two kills", "freeze"]
    assert campaign.left
    assert "| 3 | 1 | " in table(campaign)


def test_the_seed_repeats_the_kills() -> None:
    assert kinds_of(20, 1) == kinds_of(20, 1)
    assert sum({"kill": 1, "two kills": 2}.get(kind, 0) for kind in kinds_of(20, 1)) == 20
    assert sum(kind in ("hang", "freeze") for kind in kinds_of(20, 1)) == 2


def _response(ask: Ask, **changes: object) -> dict[str, object]:
    meta = {"puid": ask.identity, "tags": {"router": ask.identity, "wire": ask.identity}}
    return {"strData": ask.answer, "meta": {**meta, **changes}}


def test_a_response_of_its_own_is_right() -> None:
    assert wrong_answer(ASK, _response(ASK)) is None


@pytest.mark.parametrize("response", [
    _response(Ask("s-2", 1)),
    _response(ASK, puid="s-2"),
    _response(ASK, tags={"router": "s-1", "wire": "s-2"}),
    _response(ASK, tags={"router": "s-1"}),
    {**_response(ASK), "strData": Ask("s-1", 0).answer},
])
def test_a_part_of_another_response_is_found(response: dict[str, object]) -> None:
    found = wrong_answer(ASK, response)
    assert found is not None
    assert "expected" in found


@pytest.mark.parametrize(("info", "fault"), [
    ("unit 'web': it has ended", None),
    ("unit 'web': id=s-1; was lost", None),
    ("it has ended", "names no unit"),
    ("unit 'web': id=s-2; was lost", "s-2"),
])
def test_an_error_names_a_unit_and_no_other_request(info: str, fault: str | None) -> None:
    outcome = error_outcome(ASK, 1.0, "503", info)
    assert outcome.units == ({"web"} if "unit" in info else set())
    assert (outcome.fault is None) if fault is None else (fault in (outcome.fault or ""))


@pytest.mark.parametrize(("units", "begun", "ended", "status", "found"), [
    ("web", 9.0, 10.5, "503", 0),  # in its way
    ("inner", 10.5, 10.6, "503", 1),  # another unit
    ("web", 8.0, 9.0, "503", 1),  # before
    ("web", 12.5, 13.0, "503", 1),  # afterwards
    ("inner", 20.0, 20.5, "500", 0),  # the call that the class had
])
def test_a_failure_belongs_to_a_kill_of_its_unit(tmp_path: Path, units: str, begun: float, ended: float, status: str, found: int) -> None:
    campaign = GraphCampaign(tmp_path, seed=1)
    campaign.troubles = [Trouble("web", "kill", 10.0, 12.0), Trouble("inner", "kill", 20.0, 21.0)]
    campaign.outcomes = [Outcome(ASK, begun, ended, status, frozenset([units]))]
    campaign.judge()
    assert len(campaign.violations) == found


def test_a_kill_of_a_class_fails_one_call(tmp_path: Path) -> None:
    campaign = GraphCampaign(tmp_path, seed=1)
    campaign.troubles = [Trouble("inner", "kill", 20.0, 21.0)]
    campaign.outcomes = [Outcome(ASK, 20.0, 20.5, "500", frozenset(["inner"]))] * 2
    campaign.judge()
    assert campaign.violations == ["1 kills of unit inner failed 2 requests"]
