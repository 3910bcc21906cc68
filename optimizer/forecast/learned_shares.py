"""What comes of a call, and what a crew-day holds: priors of the settings, then what records teach.

A share is (what was counted + strength x prior) / (calls + strength): the county's is drawn to the
prior of the settings, a station's to the county's. `follow.learn_min` is the strength.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from optimizer.forecast.call_chain import APPOINTED, ASKED, MISSED, OWN, REQUEST, REVISITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.forecast.call_chain import Chain, Step
    from optimizer.register import Register
    from optimizer.settings import ForecastSettings, Settings

    Array = NDArray[np.float64]

DONE, NOBODY, REFUSED, GONE = range(4)
"""What comes of a call, in the first axis of `Shares.result`."""
RECENT: Final = dt.timedelta(days=180)
"""Crew-days so far back teach pace, losses, revisits and requests."""
LOWEST_PACE, HIGHEST_PACE = 0.6, 2.0
_PROMISED: Final = 0.95
"""Somebody is home where a crew comes as agreed."""
_AWAY: Final = 0.1
"""Somebody is home where a finding of the season is checked after the season."""
_MET_LATER: Final = 0.5
"""Who was not met in a season is so much less likely to be met by the next call of a season."""
_AGREES: Final = 0.5
"""Who refused lets a crew in when he is asked again."""
_YEAR_DAYS: Final = 250.0
_NOON_MIN: Final = 12 * 60
_GONE: Final = ("moved", "demolished", "duplicate")


@dataclass(frozen=True, slots=True)
class Shares:
    """What a forecast takes for true, by station.

    Attributes
    ----------
    result
        float64 (4, steps, stations): shares of calls that end as DONE, NOBODY, REFUSED, GONE.
    calls
        float64 (steps, stations): calls behind them, the strength of the prior included.
    checked
        float64 (stations,): findings that another visit has to check, by visits.
    requests
        float64 (stations,): wishes for a connection a working day.
    telephoned
        float64 (stations,): those on the telephone list who agree on an appointment.
    lost
        float64 (stations,): crew-days that are not worked or whose sheet never comes back.
    pace
        float64 (stations,): minutes that all work takes, by what the settings say.
    """

    result: Array
    calls: Array
    checked: Array
    requests: Array
    telephoned: Array
    lost: Array
    pace: Array


def prior_results(chain: Chain, priors: ForecastSettings) -> Array:
    """What comes of a call by the settings alone, (4, steps).

    Of those who were not met so often, the more are away until Spring Festival: shares of people
    away and at home are carried from call to call (Bayes).
    """
    result = np.zeros((4, len(chain.steps)))
    listed_at = min((step.tries for step in chain.steps if step.list == "season"), default=0)
    for row, step in enumerate(chain.steps):
        home = _home(step, priors, listed_at)
        first = step.name in {OWN, MISSED}
        gone = priors.gone_share if first else 0.0
        refused = (
            0.0
            if step.is_revisit or step.name in {REQUEST, APPOINTED}
            else (1 - _AGREES if step.name == ASKED else priors.refused_share)
        )
        met = (1 - gone) * home
        result[:, row] = met * (1 - refused), (1 - gone) * (1 - home), met * refused, gone
    return result


def _home(step: Step, priors: ForecastSettings, first_tries: int) -> float:
    """Whether anybody opens, by the settings; the lists begin after `first_tries` failed calls."""
    if step.name in {APPOINTED, REQUEST}:
        return _PROMISED
    if step.name.startswith(REVISITS[1]):
        return _AWAY
    if step.is_revisit or step.name == ASKED:
        return priors.home_share if step.tries == 0 else priors.home_again_share
    here, away, in_season = 1 - priors.away_share, priors.away_share, 0.0
    for fails in range(step.tries):
        here *= 1 - (priors.home_share if fails == 0 else priors.home_again_share)
    whole = here + away or 1.0
    at_home = priors.home_share if step.tries == 0 else priors.home_again_share
    if step.list == "season":
        in_season = priors.season_home_share * _MET_LATER ** (step.tries - first_tries)
    return (here * at_home + away * in_season) / whole


def learned_shares(
    register: Register, settings: Settings, chain: Chain, today: dt.date, tried: pd.DataFrame
) -> Shares:
    """What the records so far teach, over the settings' priors.

    Parameters
    ----------
    tried
        As of `FieldCounts.tried`.
    """
    priors, least = settings.forecast, settings.follow.learn_min
    place = {name: row for row, name in enumerate(register.stations()["station"])}
    taught = pd.concat([tried, register.field.tried_before()], ignore_index=True)
    result, calls = _results(chain, settings, place, taught)
    first, before = (today - RECENT).isoformat(), today.isoformat()
    days = register.field.crew_days(first, before)
    days = days[days["station"].isin(place)]
    sheets = register.field.sheets(first, before)
    checks = register.field.revisits(settings.follow.max_tries, first)
    done, made = _by(checks, place, "done"), _by(checks, place, "calls")
    for row, step in enumerate(chain.steps):
        if step.name.partition("/")[0] == REVISITS[0]:
            result[DONE, row] = pooled(done, made, float(result[DONE, row, 0]), least)
            result[NOBODY, row], calls[row] = 1 - result[DONE, row], calls[row] + made
    _ask_again(result, calls, chain.row(ASKED), register.field.asked_again(), place, least)
    visited = _by(tried[tried["status"] == "visited"], place, "accounts")
    accounts = _by(tried, place, "accounts")
    found = _by(
        register.field.findings_to_check(settings.campaign.start.isoformat()), place, "accounts"
    )
    asked = _by(register.field.requests(first, before), place, "accounts")
    return Shares(
        result=result,
        calls=calls,
        checked=pooled(found, visited, priors.checked_share, least),
        requests=_requests(asked, accounts, days, today, settings),
        telephoned=np.full(len(place), priors.telephone_share),
        lost=_lost(sheets, days, place, settings),
        pace=_pace(days, place, settings),
    )


def _ask_again(  # noqa: PLR0917
    result: Array, calls: Array, row: int, met: pd.DataFrame, place: dict[str, int], least: float
) -> None:
    """Of those who are met again after a refusal, how many let a crew in: as records teach."""
    home = result[DONE, row] + result[REFUSED, row]
    done, made = _by(met, place, "done"), _by(met, place, "calls")
    agree = pooled(done, made, _AGREES, least)
    result[DONE, row], result[REFUSED, row] = home * agree, home * (1 - agree)
    calls[row] += made


def pooled(part: Array, whole: Array, prior: float | Array, least: float) -> Array:
    """Shares by station, drawn to the county's, and that to the prior."""
    county = (part.sum(axis=-1) + least * prior) / (whole.sum(axis=-1) + least)
    shares: Array = (part + least * np.asarray(county)[..., None]) / (whole + least)
    return shares


def _by(frame: pd.DataFrame, place: dict[str, int], column: str) -> Array:
    """A column summed by station."""
    row = frame["station"].map(place)
    known = row.notna().to_numpy()
    weights = frame[column].to_numpy(dtype=float)[known]
    return np.bincount(row[known].astype(int), weights, len(place)).astype(np.float64)


def _results(
    chain: Chain, settings: Settings, place: dict[str, int], tried: pd.DataFrame
) -> tuple[Array, Array]:
    """Results of the calls of a first visit by how many had failed before."""
    least, prior = settings.follow.learn_min, prior_results(chain, settings.forecast)
    result = np.repeat(prior[:, :, None], len(place), axis=2)
    calls = np.full((len(chain.steps), len(place)), float(least))
    steps = chain.steps
    for tries in range(max(step.tries for step in steps if step.counts) + 1):
        here, later = tried[tried["tries"] == tries], tried[tried["tries"] > tries]
        ends = {
            DONE: _by(here[here["status"] == "visited"], place, "accounts"),
            NOBODY: _by(later, place, "accounts"),
            REFUSED: _by(here[here["status"] == "refused"], place, "accounts"),
            GONE: _by(here[here["status"].isin(_GONE)], place, "accounts"),
        }
        whole = np.sum(list(ends.values()), axis=0)
        for row, step in enumerate(steps):
            if step.tries == tries and step.counts and step.name not in {ASKED, APPOINTED}:
                for end, part in ends.items():
                    result[end, row] = pooled(part, whole, float(prior[end, row]), least)
                calls[row] += whole
    return result, calls


def _requests(
    asked: Array, accounts: Array, days: pd.DataFrame, today: dt.date, settings: Settings
) -> Array:
    """Wishes a working day, by how long they have been counted."""
    begun = settings.campaign.start
    years = min((today - begun).days, RECENT.days) / 365 if len(days) else 0.0
    expected = accounts * settings.forecast.requests_share
    rate = pooled(asked, expected * max(0.0, years), 1.0, settings.follow.learn_min)
    wishes: Array = rate * expected / _YEAR_DAYS
    return wishes


def _lost(
    sheets: pd.DataFrame, days: pd.DataFrame, place: dict[str, int], settings: Settings
) -> Array:
    """Share of printed sheets that nothing came back of."""
    keys = ["station", "crew", "date"]
    back = sheets[keys].merge(days[keys], on=keys)
    whole, came = (_by(frame.assign(sheets=1), place, "sheets") for frame in (sheets, back))
    least = settings.follow.learn_min
    return pooled(whole - came, whole, settings.forecast.lost_share, least)


def minutes_of_a_call(settings: Settings, done: Array, ride_min: float | Array) -> Array:
    """Minutes that a call takes by the settings, if so many succeed; lunch aside."""
    usual = settings.visit.service_s("household") / 60 + settings.visit.setup_min
    absent = max(settings.follow.absent_min, settings.visit.setup_min)
    took: Array = done * usual + (1 - done) * absent + ride_min
    return took


RIDE_MIN: Final = 2.0
"""Minutes from door to door, for measuring the pace; it cancels out where the pace is used."""


def _pace(days: pd.DataFrame, place: dict[str, int], settings: Settings) -> Array:
    """How long crew-days really take by what their calls should."""
    timed = days[days["minutes"].notna() & (days["calls"] > 3)]
    lunch = (timed["first"] < _NOON_MIN) & (timed["first"] + timed["minutes"] > _NOON_MIN + 60)
    really = timed["minutes"] - settings.shift.lunch_min * lunch
    done = (timed["done"] / timed["calls"]).to_numpy(float)
    should = (timed["calls"] - 1) * minutes_of_a_call(settings, done, RIDE_MIN)
    frame = timed.assign(really=really, should=should)
    usual_min = settings.follow.learn_min * 15.0
    part, whole = _by(frame, place, "really"), _by(frame, place, "should")
    return np.clip(pooled(part, whole, 1.0, usual_min), LOWEST_PACE, HIGHEST_PACE)
