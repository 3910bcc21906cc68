"""`optimizer.forecast`: what is told of the county, kept, and shown against what came."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from campaign_world import crews, hamlets, stations
from forecast_world import TODAY, calm, register_with_blocks

from optimizer.forecast import forecast, forecast_sentences, keep, told_and_came
from optimizer.forecast.call_chain import ASKED
from optimizer.forecast.learned_shares import DONE, REFUSED
from optimizer.forecast.opening import read_opening
from optimizer.records import Entry, take_records
from optimizer.register import Register

WEDNESDAY = TODAY + dt.timedelta(days=2)


@pytest.fixture
def register(tmp_path):
    """Two stations with a hundred households each."""
    with register_with_blocks(tmp_path / "register.sqlite", 2) as register:
        yield register


def test_a_calendar_that_comes_true_is_told_as_it_stands(register):
    """Of each station: 100 visited by Wednesday with four crew-days, and nothing would help."""
    told = forecast(register, calm(), TODAY)
    assert told.county.reached == (200, 200, 200)
    assert told.county.crew_days == (8, 8, 8)
    assert set(told.county.finish) == {WEDNESDAY}
    assert [one.station for one in told.stations] == ["ST00", "ST01"]
    assert told.stations[0].crew_days.middle == 4
    assert told.county.unvisited == {}
    assert told.help is None


def test_who_stays_unvisited_has_a_reason_and_the_commonest_a_remedy(register):
    """Half are away until Spring Festival, which comes after the campaign."""
    settings = calm(away_share=0.5, home_share=1.0)
    told = forecast(register, settings, TODAY)
    assert max(told.county.unvisited, key=told.county.unvisited.get) == "season"
    assert told.county.unvisited["season"] == pytest.approx(100, abs=20)
    said = " ".join(s.text for s in forecast_sentences(told, settings.campaign.finish, "en"))
    assert "home only around Spring Festival" in said
    assert "a finish on 2028-02-10" in said


def test_nothing_is_foretold_where_nothing_is_planned(tmp_path):
    """Before a campaign is planned `status` has states to show, and no finish to invent."""
    areas, customers = hamlets("ST00", 1, 5, np.random.default_rng(1))
    tables = {"stations": stations(1), "areas": areas, "customers": customers}
    with Register.create(tmp_path / "r.sqlite") as register:
        assert forecast(register, calm(), TODAY) is None
        register.take_in(tables | {"crews": crews("ST00", 1)}, "f", "wgs84")
        assert forecast(register, calm(), TODAY) is None


def test_records_teach_what_the_settings_only_suppose(register):
    """Nobody was home at 60 of 75 doors: those still to come are expected to be like them."""
    settings = calm(home_share=0.9, home_again_share=0.5)
    before = forecast(register, settings, TODAY).county.crew_days.middle
    accounts = register.block_visits("ST00", TODAY, TODAY + dt.timedelta(days=1))["account_no"]
    entries = [
        Entry(
            id=f"e{n}",
            date=TODAY.isoformat(),
            account_no=account,
            station="ST00",
            crew="ST00-C0",
            kind="first",
            result="nobody_home" if n % 5 else "done",
        )
        for n, account in enumerate(accounts)
    ]
    take_records(register, settings, entries, "f")
    told = forecast(register, settings, WEDNESDAY)
    assert told.county.visited == 15
    assert told.county.crew_days.middle > before


def test_who_never_gives_in_is_not_counted_on(register):
    """Thirty refused and did so again: records, not a guess, say how many of the next agree."""
    accounts = register.block_visits("ST00", TODAY, TODAY)["account_no"][:30]

    def refuse(day):
        entries = [
            Entry(id=f"{day}-{n}", date=day.isoformat(), account_no=account, station="ST00",
                  crew="ST00-C0", kind="first", result="refused")
            for n, account in enumerate(accounts)
        ]  # fmt: skip
        take_records(register, calm(), entries, "f")

    def agreeing(today):
        opening = read_opening(register, calm(), today)
        asked = opening.shares.result[:, opening.chain.row(ASKED), 0]
        return asked[DONE] / (asked[DONE] + asked[REFUSED])

    refuse(TODAY)
    assert agreeing(WEDNESDAY) == pytest.approx(0.5)
    refuse(WEDNESDAY + dt.timedelta(days=90))
    assert agreeing(WEDNESDAY + dt.timedelta(days=91)) < 0.2


def test_an_answer_is_kept_and_shown_against_what_came(register):
    """Told in June: 200 by its end with 8 crew-days; one account and one crew-day came."""
    keep(register, forecast(register, calm(), TODAY))
    (account, *_) = register.block_visits("ST00", TODAY, TODAY)["account_no"]
    entry = Entry(
        id="e",
        date=TODAY.isoformat(),
        account_no=account,
        station="ST00",
        crew="ST00-C0",
        kind="first",
        result="done",
    )
    take_records(register, calm(), [entry], "f")
    (early,) = told_and_came(register, WEDNESDAY)
    assert (early.told_on, early.by, early.visited) == (TODAY, "", None)
    (late,) = told_and_came(register, dt.date(2027, 7, 1))
    assert (late.by, late.visited.middle, late.visited_came) == ("2027-06", 200, 1)
    assert (late.crew_days.middle, late.crew_days_came) == (8, 1)
    assert late.cells()[-2:] == ["8", "1"]
