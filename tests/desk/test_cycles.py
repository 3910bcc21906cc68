"""Cycle after cycle: everybody again, nothing lost, each account in exactly one state in each."""

from __future__ import annotations

import datetime as dt

import pytest
from desk_world import MONDAY, STATION, make_county
from field_world import export, record, wrong

from optimizer.desk import Campaign
from optimizer.errors import CampaignError, RecordError
from optimizer.reports import bulletin
from optimizer.settings import Settings

FIRST = {"start": MONDAY, "finish": "2027-01-29"}
SECOND = dt.date(2027, 2, 1)
HOUSES = [f"{k:010d}" for k in range(6)]


def take(campaign, *results, day):
    """Records of the houses in turn; None for one where nobody was."""
    records = [
        record(account, result, day=day)
        for account, result in zip(HOUSES, results, strict=False)
        if result is not None
    ]
    text = export(*records, station=STATION, crew="ST00-C0", day=day)
    with on(campaign.path, day) as evening:
        (received,) = evening.take_records(evening.read_records(texts=[text]))
    assert not received.faulty


def on(path, day):
    """The campaign as somebody opens it on a day."""
    return Campaign(path, lang="en", today=day)


@pytest.fixture
def ended(tmp_path):
    """A first cycle that is over: visited, refused, nobody home, demolished, closed, not tried."""
    path = make_county(tmp_path / "county", Settings.model_validate({"campaign": FIRST}))
    with on(path, "2027-01-29") as campaign:
        results = "done", "refused", "nobody_home", "demolished"
        take(campaign, *results, day=dt.date(2027, 1, 4))
        campaign.decide_account(HOUSES[4], "closed", "2027-01-05", note="销户")
    return path


def states(campaign):
    """Accounts by state, without states of nobody; they have to add up to all."""
    covered = campaign.coverage()
    assert sum(covered.states.values()) == covered.accounts == 6
    return {state: number for state, number in covered.states.items() if number}


def test_the_next_cycle_visits_everybody_again(ended):
    """Who was visited, refused, missed or closed is planned; what is demolished stays so."""
    with on(ended, "2027-01-30") as campaign:
        before = states(campaign)
        planned = campaign.open_next_cycle()
        assert planned.plan.start == dt.date(2027, 1, 31)
        assert planned.plan.finish == dt.date(2027, 2, 25)
        assert sorted(planned.plan.visits["account_no"]) == [a for a in HOUSES if a != HOUSES[3]]
        assert states(campaign) == {"demolished": 1, "never_tried": 5}
        former = campaign.former_cycle(1)
        assert {state: n for state, n in former.states.items() if n} == before
        assert former.stations["accounts"].sum() == 6
    with on(ended, "2027-02-02") as campaign:
        assert campaign.settings.campaign.finish == dt.date(2027, 2, 25)


def test_each_account_has_one_state_in_each_cycle(ended):
    """What a cycle brings counts in it alone, late sheets of the last one in the last one."""
    with on(ended, "2027-01-30") as campaign:
        campaign.open_next_cycle(start=SECOND, finish="2027-03-31")
        take(campaign, None, None, "done", day=dt.date(2027, 1, 29))
        take(campaign, "done", "done", None, "done", day=SECOND)
        assert states(campaign) == {"visited": 3, "never_tried": 3}
        assert campaign.former_cycle(1).states["visited"] == 2
        assert campaign.former_cycle(1).states["nobody_home"] == 0
        assert campaign.disagreements() == []


def test_findings_go_on_into_the_next_cycle(ended):
    """A wire that was seen bare in January is checked in February, whatever cycle it is."""
    with on(ended, "2027-01-30") as campaign:
        text = export(
            record(HOUSES[5], findings=[wrong("wiring")], day=dt.date(2027, 1, 28)),
            station=STATION, crew="ST00-C0", day=dt.date(2027, 1, 28),
        )  # fmt: skip
        assert [r.taken.added for r in campaign.take_records(campaign.read_records(texts=[text]))]
        campaign.open_next_cycle(start=SECOND)
        assert list(campaign.findings()["account_no"]) == [HOUSES[5]]
        assert set(campaign.register.ledgers.frame("tasks")["kind"]) >= {"revisit"}


def test_the_bulletin_counts_by_cycle(ended):
    """A visit of the second cycle is a first visit again; the first one's course stays."""
    with on(ended, "2027-02-05") as campaign:
        campaign.open_next_cycle(start="2027-02-05")
        take(campaign, "done", "done", day=dt.date(2027, 2, 5))
        for cycle, visited in ((1, 1), (2, 2)):
            period = campaign.cycle_period(cycle)
            counted = bulletin(campaign.register, campaign.settings, period)
            assert counted.visited == counted.count("first_visit") == visited
        assert campaign.cycle_period(1).last == dt.date(2027, 2, 4)


def test_a_third_cycle_follows_the_second(ended):
    """Routine, year after year; a new customer joins the one that runs."""
    with on(ended, "2027-01-30") as campaign:
        campaign.open_next_cycle(start=SECOND, finish="2027-02-26")
        take(campaign, "done", "done", "done", day=SECOND)
    with on(ended, "2027-02-27") as campaign:
        campaign.open_next_cycle()
        assert campaign.former_cycle(2).states["visited"] == 3
        assert campaign.former_cycle(1).states["visited"] == 1
        assert states(campaign) == {"demolished": 1, "never_tried": 5}
        with pytest.raises(RecordError, match="there is no cycle 3 that is over"):
            campaign.former_cycle(3)


def test_a_running_cycle_is_not_ended_by_mistake(ended):
    """Visits planned for days to come would be gone; and no cycle starts in the past."""
    with on(ended, "2027-01-03") as campaign:
        with pytest.raises(CampaignError, match="5 visits planned, the last on 2027-01-04"):
            campaign.open_next_cycle()
        with pytest.raises(CampaignError, match="cannot start on 2027-01-02"):
            campaign.open_next_cycle(start="2027-01-02", anew=True)
        assert campaign.register.cycles.running == 1
